"""Consent records and receipts as JSON-LD: ISO/IEC TS 27560 as W3C's DPV writes it. Pure.

A record is of one person and one purpose: what is done and by whom, which notice was shown, and
everything that happened. A receipt is the record, the event that makes the standing as it was
committed to, and the audit log's proof of it. Both are described in docs/consent-receipt.md.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from functions.core.audit.model import moment
from functions.core.consent.commitment import committed
from functions.core.consent.controller import Controller
from functions.core.consent.fields import RECEIPT, RECORD
from functions.core.consent.items import event_item
from functions.core.consent.model import Event, Notice
from functions.core.consent.notices import NoticeText
from functions.core.consent.processing import Node, controller_id, parties, process_of
from functions.core.consent.rules import Rule
from functions.core.consent.standing import Standing
from functions.core.runtime.policies import load

History = Sequence[tuple[Event, int]]


def record_of(
    *,
    contact_id: str,
    controller: Controller,
    rule: Rule,
    notice: NoticeText,
    events: History,
    standing: Standing,
    known_as: Iterable[str] = (),
) -> Node:
    """`events`: of the person, each with when it was recorded (epoch ms); others are left out.

    `rule`, `standing`: of the purpose. `notice`: the one of the event that makes the standing; its
    text is told where that event refers to this very text. `known_as`: other contact ids or
    aliases that the audit log may name the person by.
    """
    mine = [(event, at) for event, at in events if event.purpose is rule.purpose]
    record_id = _id(controller.privacy_url, contact_id, rule.purpose)
    subject, business = subject_iri(contact_id), controller_id(controller)
    return {
        "@context": dict(load("consent_record")["context"]),
        "@id": record_id,
        "@type": RECORD,
        "dct:conformsTo": load("consent_record")["profiles"]["record"],
        "dct:identifier": record_id,
        "dpv:hasDataSubject": {
            "@id": subject,
            "@type": "dpv:DataSubject",
            "dct:identifier": contact_id,
            "schema:alternateName": sorted(set(known_as) - {contact_id}),
        },
        "dpv:hasNotice": _notices(mine, notice),
        "dpv:hasProcess": process_of(controller, rule),
        "dpv:hasEntity": parties(controller),
        "dpv:hasConsentStatus": [
            status_of(event, recorded_ms, subject=subject, business=business)
            for event, recorded_ms in mine
        ],
        "dpv:hasStatus": {
            "@type": load("consent_record")["states"][standing.status],
            **({"dct:source": event_iri(standing.event)} if standing.event else {}),
        },
    }


def receipt(record: Node, *, proof: bytes | None, committed: str, now_ms: int) -> Node:
    """`committed`: see `opening`, of the event that makes the record's standing.

    `proof`: the log's, a tlog-proof; None while the entry is not sealed yet.
    """
    digest = hashlib.sha256(committed.encode()).hexdigest()
    receipt_id = _id(record["@id"], digest, str(now_ms))
    return {
        "@context": record["@context"],
        "@id": receipt_id,
        "@type": RECEIPT,
        "dct:conformsTo": load("consent_record")["profiles"]["receipt"],
        "dct:identifier": receipt_id,
        "dct:created": moment(now_ms),
        "dpv:hasRecordOfActivity": [record],
        "amana:committed": committed,
        **({"amana:proof": proof.decode()} if proof is not None else {}),
    }


def opening(event: Event, recorded_ms: int) -> str:
    """The text whose SHA-256 the audit log has; empty evidence means that it cannot be opened."""
    return committed(event_item(event, key="", recorded_ms=recorded_ms))


def status_of(event: Event, recorded_ms: int, *, subject: str, business: str) -> Node:
    """An event as a state of consent: nothing in it but what the log commits to."""
    terms = load("consent_record")
    is_business = event.method in terms["business"]["methods"]
    strength = event.strength.name.lower() if event.strength else "none"
    node: dict[str, Any] = {
        "@id": event_iri(event.id),
        "@type": terms["states"][event.kind],
        "dct:identifier": event.id,
        "dct:created": moment(recorded_ms),
        "dpv:isIndicatedAtTime": moment(event.at_ms),
        "dpv:isIndicatedBy": {"@id": business if is_business else subject},
        "dpv:hasIndicationMethod": event.method.value,
        "dpv:hasLegalBasis": terms["types"][strength],
        "dpv:hasDuration": _duration(event.until_ms),
    }
    if event.strength:
        node["amana:strength"] = strength
    if event.notice:
        node["dpv:hasNotice"] = {"@id": notice_iri(event.notice.sha256)}
    if event.request:
        node["amana:request"] = event.request
    if event.reason:
        node["amana:reason"] = event.reason
    return node


def subject_iri(contact_id: str) -> str:
    return f"urn:amana:consent:contact:{contact_id}"


def event_iri(event_id: str) -> str:
    return f"urn:amana:consent:event:{event_id}"


def notice_iri(sha256: str) -> str:
    return f"urn:amana:consent:notice:{sha256}"


def _duration(until_ms: int | None) -> Node:
    if until_ms is None:
        return {"@type": "dpv:UntilEventDuration", "rdf:value": "until the person says otherwise"}
    return {"@type": "dpv:UntilTimeDuration", "rdf:value": moment(until_ms)}


def _notices(events: History, notice: NoticeText) -> list[Node]:
    """Those that were shown. Where none was: the one there is, as the privacy notice it is."""
    refs = list(dict.fromkeys(event.notice for event, _ in events if event.notice))
    if not refs:
        return [_notice(notice.ref, "dpv:PrivacyNotice", notice)]
    return [_notice(ref, "dpv:ConsentNotice", notice) for ref in refs]


def _notice(ref: Notice, kind: str, notice: NoticeText) -> Node:
    is_this = ref == notice.ref
    return {
        "@id": notice_iri(ref.sha256),
        "@type": kind,
        "dct:identifier": ref.id,
        "dct:date": ref.version,
        "dct:language": ref.language,
        "schema:sha256": ref.sha256,
        **({"schema:text": notice.text, "schema:url": notice.url} if is_this else {}),
    }


def _id(*facts: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, '|'.join(facts))}"
