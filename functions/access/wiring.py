"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.access.settings import AccessSettings
from functions.core.archive.aws import DynamoHeads
from functions.core.archive.exports.aws import DynamoExports, S3Shelf
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.opening import Opener
from functions.core.audit import wiring as auditing
from functions.core.audit.log_s3 import S3Log
from functions.core.audit.reading import LogReader
from functions.core.audit.writer import Writer
from functions.core.consent import wiring as consents
from functions.core.consent.controller import Controller
from functions.core.consent.rules import rules as consent_rules
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.keyring import KeyRing
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.wiring import key_ring, sealing
from functions.core.conversations.read_dynamodb import DynamoListing, S3BlobSource
from functions.core.conversations.read_recent import Recent
from functions.core.conversations.reading import Reading
from functions.core.holds.guard import Guards
from functions.core.media.keeping import Keeper
from functions.core.media.objects import S3Objects
from functions.core.media.store import DynamoMedia
from functions.core.retention.rules import rules_from
from functions.core.rights.access.about import about
from functions.core.rights.access.assembling import Assembling
from functions.core.rights.access.collecting import Parts
from functions.core.rights.access.collectors.accounts import AccountUpdates
from functions.core.rights.access.collectors.compliance import Exports, Holds, RightsRequests
from functions.core.rights.access.collectors.consents import Consents
from functions.core.rights.access.collectors.contacts import Contacts
from functions.core.rights.access.collectors.conversations import Conversations
from functions.core.rights.access.collectors.keys import Keys
from functions.core.rights.access.collectors.media import Media
from functions.core.rights.access.model import Collecting, key_of
from functions.core.rights.access.planning import Planning
from functions.core.rights.access.steps import Steps
from functions.core.rights.requests import STORE, DynamoRequests
from functions.core.rights.subjects import Subjects
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.wiring import window_rule

# just above S3's least for a part of an upload, 5 MiB
_PART_BYTES = 6 * 1024 * 1024


@cache
def settings() -> AccessSettings:
    return AccessSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="access", outbox_table=settings().outbox_table)


@cache
def steps() -> Steps:
    chosen = settings()
    controller = Controller.parse(chosen.controller)
    told = about(
        controller, consent_rules(chosen.consent_rules), rules_from(chosen.retention_rules)
    )
    return Steps(
        requests=_requests(),
        subjects=Subjects(_directory()),
        planning=_planning(),
        parts=_parts(),
        assembling=Assembling(
            planning=_planning(),
            files=_files(),
            ring=_ring(),
            about=told,
            controller=controller,
            now=clock.now,
        ),
    )


def _planning() -> Planning:
    return Planning(
        files=_files(),
        shelf=_shelf(),
        heads=DynamoHeads(aws.dynamodb(), settings().compliance_table),
        log=_log(),
        numbers=settings().phone_number_ids.split(","),
        now_ms=clock.now_ms,
    )


def _parts() -> Parts:
    return Parts(
        planning=_planning(),
        records=_records(),
        conversations=_conversations,
        files=_files(),
        shelf=_shelf(),
        opener=Opener(ring=_ring(), shelf=_shelf()),
        log=_log(),
        now=clock.now,
    )


def _records() -> dict[str, Collecting]:
    """By the names of `core/rights/handlers.py`."""
    chosen = settings()
    ledger = consents.ledger(
        store=consents.store(
            consent_table=chosen.consent_table, keys_table=chosen.keys_table, audit=audit()
        ),
        directory=_directory(),
    )
    return {
        "contacts": Contacts(),
        "consent": Consents(ledger),
        "accounts": AccountUpdates(
            client=aws.dynamodb(),
            table=chosen.conversations_table,
            sealing=_sealing(),
            blobs=_blobs(),
            accounts=[chosen.waba_id],
        ),
        "requests": RightsRequests(_requests()),
        "exports": Exports(
            client=aws.dynamodb(),
            table=chosen.compliance_table,
            store=DynamoExports(aws.dynamodb(), chosen.compliance_table),
        ),
        "holds": Holds(Guards(aws.dynamodb(), chosen.compliance_table)),
        "keys": Keys(DynamoKeys(aws.dynamodb(), chosen.keys_table, audit())),
    }


def _conversations(*, phone_number_id: str, into: str) -> Collecting:
    chosen = settings()
    listing = DynamoListing(aws.dynamodb(), chosen.conversations_table, _sealing())
    media = Media(
        store=DynamoMedia(aws.dynamodb(), chosen.conversations_table, _sealing()),
        listing=listing,
        keeper=Keeper(ring=_ring(), objects=_objects(chosen.media_bucket)),
        files=_files(),
        into=into,
    )
    reading = Reading(
        records=_sealed(),
        listing=listing,
        directory=_directory(),
        blobs=_blobs(),
        pseudonyms=_pseudonyms(),
        recent=_recent(listing),
    )
    return Conversations(reading=reading, media=media, phone_number_id=phone_number_id)


def _recent(listing: DynamoListing) -> Recent:
    chosen = settings()
    table = DynamoSending(aws.dynamodb(), chosen.conversations_table, _sealing(), audit())
    return Recent(
        records=_sealed(),
        listing=listing,
        directory=_directory(),
        rule=window_rule(),
        answered=table.answered,
        now_ms=clock.now_ms,
    )


def _requests() -> DynamoRequests:
    return DynamoRequests(
        aws.dynamodb(), settings().compliance_table, Sealing(_ring(), store=STORE), audit()
    )


@cache
def _pseudonyms() -> Pseudonyms:
    chosen = settings()
    return contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )


@cache
def _directory() -> Directory:
    return contacts.directory(_sealed(), _pseudonyms())


def _sealed() -> SealedRecords:
    records = DynamoRecords(aws.dynamodb(), settings().conversations_table)
    return SealedRecords(records, _sealing())


def _sealing() -> Sealing:
    return sealing(keys_table=settings().keys_table, audit=audit())


def _ring() -> KeyRing:
    return key_ring(keys_table=settings().keys_table, audit=audit())


def _blobs() -> S3BlobSource:
    return S3BlobSource(aws.s3(), settings().media_bucket, _ring())


def _files() -> Files:
    return Files(ring=_ring(), objects=_objects(settings().exports_bucket), key_of=key_of)


def _log() -> LogReader:
    return LogReader(S3Log(aws.s3(), settings().audit_bucket))


def _shelf() -> S3Shelf:
    return S3Shelf(aws.s3(), settings().archive_bucket)


def _objects(bucket: str) -> S3Objects:
    return S3Objects(aws.s3(), bucket, part_bytes=_PART_BYTES)
