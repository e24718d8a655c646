"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from dataclasses import replace
from functools import cache

from functions.core.archive.exports.files import Files
from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.consent import wiring as consents
from functions.core.consent.controller import Controller
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.wiring import sealing
from functions.core.conversations.read_dynamodb import DynamoListing
from functions.core.media.objects import S3Objects
from functions.core.rights.access.disclosing import Disclosing
from functions.core.rights.access.giving import Giving
from functions.core.rights.access.links import DynamoLinks, Links
from functions.core.rights.access.model import key_of
from functions.core.rights.codes import Codes, DynamoCodes
from functions.core.rights.model import Request
from functions.core.rights.reaching import Reaching
from functions.core.rights.requests import STORE, DynamoRequests
from functions.core.rights.saying import Saying
from functions.core.rights.subjects import Subjects
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.sending.checking import Checking
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.gate import Gate
from functions.core.sending.service import SendingService
from functions.core.sending.wiring import purposes, sending_service, window_rule
from functions.disclosure.settings import DisclosureSettings

# nothing is written here; S3's least for a part of an upload
_PART_BYTES = 5 * 1024 * 1024


@cache
def settings() -> DisclosureSettings:
    return DisclosureSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="disclosure", outbox_table=settings().outbox_table)


@cache
def disclosing() -> Disclosing:
    chosen = settings()
    files = Files(
        ring=_seal().ring,
        objects=S3Objects(aws.s3(), chosen.exports_bucket, part_bytes=_PART_BYTES),
        key_of=key_of,
    )
    return Disclosing(
        links=Links(DynamoLinks(aws.dynamodb(), chosen.ephemeral_table), now_ms=clock.now_ms),
        requests=DynamoRequests(
            aws.dynamodb(), chosen.compliance_table, Sealing(_seal().ring, store=STORE), audit()
        ),
        codes=Codes(
            DynamoCodes(aws.dynamodb(), chosen.ephemeral_table),
            pseudonyms=_pseudonyms(),
            now_ms=clock.now_ms,
        ),
        giving=Giving(files=files, now_ms=clock.now_ms),
        send=_send,
    )


def _send(request: Request, code: str, name: str) -> bool:
    """By the number of the business that the person wrote to last."""
    subject = Subjects(_directory()).of(request.contact_id)
    if subject is None:
        return False
    heard = _reaching().last(subject, before_ms=clock.now_ms())
    # messages about codes are told apart by the id of what they are for
    sent = replace(request, id=f"{request.id} {name}", codes=0)
    return _saying().code(sent, code, phone_number_id=heard.phone_number_id)


@cache
def _saying() -> Saying:
    chosen = settings()
    return Saying(
        sending=_sending(),
        checking=_checking(),
        controller=Controller.parse(chosen.controller),
        template=chosen.code_template,
    )


def _reaching() -> Reaching:
    chosen = settings()
    return Reaching(
        store=_store(),
        records=_records(),
        listing=DynamoListing(aws.dynamodb(), chosen.conversations_table, _seal()),
        phone_number_ids=tuple(chosen.phone_number_ids.split(",")),
    )


@cache
def _sending() -> SendingService:
    chosen = settings()
    return sending_service(
        store=_store(),
        records=_records(),
        directory=_directory(),
        pseudonyms=_pseudonyms(),
        phone_number_ids=chosen.phone_number_ids,
        outbound_queue_url=chosen.outbound_queue_url,
        max_pending=chosen.max_pending_per_conversation,
        purposes=purposes(consent_table=chosen.consent_table, changes=chosen.consent_rules),
    )


def _checking() -> Checking:
    chosen = settings()
    known = purposes(consent_table=chosen.consent_table, changes=chosen.consent_rules)
    ledger = consents.store(
        consent_table=chosen.consent_table, keys_table=chosen.keys_table, audit=audit()
    )
    gate = Gate(
        store=_store(),
        directory=_directory(),
        rule=window_rule(),
        consents=consents.gate(
            store=ledger,
            consent_table=chosen.consent_table,
            changes=chosen.consent_rules,
            timezone=chosen.timezone,
        ),
        purposes=known,
    )
    return Checking(
        store=_store(),
        addressing=_sending().addressing,
        purposes=known,
        gate=gate,
        now_ms=clock.now_ms,
    )


@cache
def _seal() -> Sealing:
    return sealing(keys_table=settings().keys_table, audit=audit())


def _records() -> SealedRecords:
    return SealedRecords(DynamoRecords(aws.dynamodb(), settings().conversations_table), _seal())


@cache
def _pseudonyms() -> Pseudonyms:
    chosen = settings()
    return contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )


@cache
def _directory() -> Directory:
    return contacts.directory(_records(), _pseudonyms())


@cache
def _store() -> DynamoSending:
    return DynamoSending(aws.dynamodb(), settings().conversations_table, _seal(), audit())
