"""Whether a receipt says what the audit log commits to: offline, with the log's key.

The steps are those of "Checking it" in docs/consent-receipt.md; tools/verify_audit.py does the same
in code of its own.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from functions.core.audit.errors import MalformedError
from functions.core.audit.keys import VerifierKey
from functions.core.audit.model import moment
from functions.core.audit.proof import proof_from
from functions.core.consent.fields import RECEIPT, RECORD
from functions.core.consent.items import event_from
from functions.core.consent.model import Event
from functions.core.consent.record import event_iri, notice_iri, status_of, subject_iri
from functions.core.consent.vocabulary import Kind
from functions.core.runtime.policies import load

_Told = dict[str, Any]


@dataclass(frozen=True)
class Checked:
    """`findings`: sentences that begin with their kind. `says`: what is proved without any."""

    findings: tuple[str, ...]
    says: str = ""


@dataclass(frozen=True)
class _Receipt:
    told: _Told
    record: _Told
    committed: str
    event: Event
    recorded_ms: int

    @property
    def subject(self) -> _Told:
        return _object(self.record.get("dpv:hasDataSubject"))

    @property
    def process(self) -> _Told:
        return _object(self.record.get("dpv:hasProcess"))


def check(data: bytes, key: VerifierKey) -> Checked:
    try:
        receipt = _receipt(data)
    except MalformedError as error:
        return Checked((f"malformed: {error}",))
    findings = (*_log(receipt, key), *_event(receipt), *_notices(receipt))
    return Checked(findings, "" if findings else _says(receipt))


def _log(receipt: _Receipt, key: VerifierKey) -> Iterator[str]:
    """Step 2: the log that the key signed has the entry."""
    proof = receipt.told.get("amana:proof")
    if not isinstance(proof, str):
        yield "unproved: there is no proof in it; ask for the receipt again"
        return
    try:
        proven = proof_from(proof.encode())
        entry = _parsed(proven.entry, "entry")
    except (MalformedError, UnicodeEncodeError) as error:
        yield f"malformed: {error}"
        return
    signed = proven.checkpoint
    if signed.origin != key.name or not key.has_signed(signed):
        yield f"wrong-key: the proof is not signed by {key.name}+{key.id.hex()}"
        return
    if not proven.holds():
        yield "rewritten: the entry is not in the log of the proof's checkpoint"
        return
    yield from _entry(receipt, entry)


def _entry(receipt: _Receipt, entry: _Told) -> Iterator[str]:
    """Step 3: the entry commits to this event of this person."""
    event = receipt.event
    expected = {
        "action": f"consent:purpose:{event.kind}",
        "what": f"consent/{event.id}",
        "purpose": event.purpose.value,
    }
    for name, value in expected.items():
        if entry.get(name) != value:
            yield f"other-entry: {name} of the proven entry is not {value}"
    digest = hashlib.sha256(receipt.committed.encode()).hexdigest()
    if _object(entry.get("facts")).get("commitment") != digest:
        yield "not-committed: the proven entry commits to something else"
    if not _people(entry.get("on")) & _names(receipt.subject):
        yield "other-person: the proven entry is about somebody else"


def _event(receipt: _Receipt) -> Iterator[str]:
    """Step 4: what the record says of the event is what was committed to."""
    record, event = receipt.record, receipt.event
    if receipt.subject.get("@id") != subject_iri(str(receipt.subject.get("dct:identifier"))):
        yield "changed: the person is named in two ways"
    expected = status_of(
        event,
        receipt.recorded_ms,
        subject=str(receipt.subject.get("@id")),
        business=str(_object(receipt.process.get("dpv:hasDataController")).get("@id")),
    )
    states = [_object(each) for each in _list(record.get("dpv:hasConsentStatus"))]
    found = [each for each in states if each.get("@id") == expected["@id"]]
    if len(found) != 1:
        yield f"changed: the record has the event {len(found)} times"
        return
    for name in sorted(expected.keys() | found[0].keys()):
        if found[0].get(name) != expected.get(name):
            yield f"changed: {name} of the event is not what was committed to"
    purpose = _object(receipt.process.get("dpv:hasPurpose"))
    if purpose.get("dct:identifier") != event.purpose:
        yield "changed: the purpose is not the one that was committed to"
    if not _stands(receipt, _object(record.get("dpv:hasStatus"))):
        yield "changed: where the person stands does not follow from the event"


def _stands(receipt: _Receipt, status: _Told) -> bool:
    """By the event itself, or because what it gave or asked for has run out since.

    An answer that activated nothing leaves no standing.
    """
    terms, event = load("consent_record")["states"], receipt.event
    if event.kind in (Kind.EXPIRED, Kind.DISREGARDED):
        return status == {"@type": terms["unknown"]}
    possible = [terms[event.kind]]
    if event.until_ms is not None and moment(event.until_ms) <= str(receipt.told["dct:created"]):
        possible.append(terms["expired"])
    is_its = status.get("dct:source") == event_iri(event.id)
    return is_its and status.get("@type") in possible


def _notices(receipt: _Receipt) -> Iterator[str]:
    """Step 5: texts are those that their hashes are of; the event's notice is there, with text."""
    notices = [_object(each) for each in _list(receipt.record.get("dpv:hasNotice"))]
    for notice in notices:
        text, sha256 = notice.get("schema:text"), notice.get("schema:sha256")
        if notice.get("@id") != notice_iri(str(sha256)):
            yield "changed: a notice is not named by its hash"
        if text is not None and _sha256(text) != sha256:
            yield "changed: the text of a notice is not the one that its hash is of"
    shown = receipt.event.notice
    if shown is None:
        return
    expected = {
        "@type": "dpv:ConsentNotice",
        "dct:identifier": shown.id,
        "dct:date": shown.version,
        "dct:language": shown.language,
        "schema:sha256": shown.sha256,
    }
    found = [each for each in notices if each.get("@id") == notice_iri(shown.sha256)]
    if len(found) != 1:
        yield f"changed: the record has the notice that was shown {len(found)} times"
        return
    for name, value in expected.items():
        if found[0].get(name) != value:
            yield f"changed: {name} of the notice is not what was committed to"
    if "schema:text" not in found[0]:
        yield "no-text: the text of the notice that was shown is not in the receipt"


def _says(receipt: _Receipt) -> str:
    event = receipt.event
    until = f", until {moment(event.until_ms)}" if event.until_ms is not None else ""
    notice = event.notice
    shown = f", after notice {notice.id}@{notice.version} ({notice.language})" if notice else ""
    return (
        f"Proved: {event.purpose} {event.kind} at {moment(event.at_ms)} by {event.method}"
        f"{until}{shown}; recorded at {moment(receipt.recorded_ms)}."
    )


def _receipt(data: bytes) -> _Receipt:
    """Step 1: what it is made of. Nothing in it may be there twice."""
    told = _parsed(data, "receipt")
    records = [_object(each) for each in _list(told.get("dpv:hasRecordOfActivity"))]
    if told.get("@type") != RECEIPT or len(records) != 1 or records[0].get("@type") != RECORD:
        raise MalformedError("receipt", "is not a consent receipt with one record")
    committed = told.get("amana:committed")
    if not isinstance(committed, str) or not isinstance(told.get("dct:created"), str):
        raise MalformedError("receipt", "does not say when it was made, or what was committed to")
    opened = _parsed(committed.encode("utf-8", "replace"), "committed")
    if json.dumps(opened, sort_keys=True, separators=(",", ":")) != committed:
        raise MalformedError("committed", "is not one line of sorted JSON")
    event = _opened(opened)
    return _Receipt(told, records[0], committed, event, opened["recorded_ms"])


def _opened(told: _Told) -> Event:
    try:
        event = event_from({**told, "pk": ""})
        times = [event.at_ms, told["recorded_ms"]]
        times += [] if event.until_ms is None else [event.until_ms]
        texts = [event.id, event.request, event.reason]
        texts += vars(event.notice).values() if event.notice else ()
        if all(isinstance(each, str) for each in texts) and all(map(_is_time, times)):
            return event
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        pass
    raise MalformedError("committed", "is not an event of consent")


def _is_time(told: Any) -> bool:
    return type(told) is int and bool(moment(told))


def _parsed(data: bytes, what: str) -> _Told:
    try:
        told = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise MalformedError(what, f"is not JSON: {error}") from None
    if not isinstance(told, dict):
        raise MalformedError(what, "is not a JSON object")
    return told


def _once(pairs: list[tuple[str, Any]]) -> _Told:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("a name is there twice")
    return told


def _names(subject: _Told) -> set[str]:
    """A contact id begins with an alias; what follows tells of when it was theirs."""
    others = _list(subject.get("schema:alternateName"))
    return _people([subject.get("dct:identifier"), *others])


def _people(told: Any) -> set[str]:
    return {each.partition("~")[0] for each in _list(told) if isinstance(each, str)}


def _sha256(text: Any) -> str:
    return hashlib.sha256(str(text).encode("utf-8", "surrogatepass")).hexdigest()


def _object(value: Any) -> _Told:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
