"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.consent import wiring as consents
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.wiring import sealing
from functions.core.conversations.read_dynamodb import DynamoListing, S3BlobSource
from functions.core.conversations.read_recent import Recent
from functions.core.conversations.reading import Reading
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.sending.checking import Checking
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.gate import Gate
from functions.core.sending.purposes import Purposes
from functions.core.sending.service import SendingService
from functions.core.sending.wiring import purposes as known_purposes
from functions.core.sending.wiring import sending_service, window_rule
from functions.messages_api.settings import MessagesApiSettings


@cache
def settings() -> MessagesApiSettings:
    return MessagesApiSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="messages_api", outbox_table=settings().outbox_table)


@cache
def seal() -> Sealing:
    return sealing(keys_table=settings().keys_table, audit=audit())


@cache
def records() -> SealedRecords:
    return SealedRecords(DynamoRecords(aws.dynamodb(), settings().conversations_table), seal())


@cache
def pseudonyms() -> Pseudonyms:
    return contacts.pseudonyms(
        secret_arn=settings().pseudonym_secret_arn, portfolio_id=settings().portfolio_id
    )


@cache
def directory() -> Directory:
    return contacts.directory(records(), pseudonyms())


@cache
def store() -> DynamoSending:
    return DynamoSending(aws.dynamodb(), settings().conversations_table, seal(), audit())


@cache
def sending() -> SendingService:
    chosen = settings()
    return sending_service(
        store=store(),
        records=records(),
        directory=directory(),
        pseudonyms=pseudonyms(),
        phone_number_ids=chosen.phone_number_ids,
        outbound_queue_url=chosen.outbound_queue_url,
        max_pending=chosen.max_pending_per_conversation,
        purposes=purposes(),
    )


@cache
def purposes() -> Purposes:
    chosen = settings()
    return known_purposes(consent_table=chosen.consent_table, changes=chosen.consent_rules)


@cache
def checking() -> Checking:
    chosen = settings()
    ledger = consents.store(
        consent_table=chosen.consent_table, keys_table=chosen.keys_table, audit=audit()
    )
    gate = Gate(
        store=store(),
        directory=directory(),
        rule=window_rule(),
        consents=consents.gate(
            store=ledger,
            consent_table=chosen.consent_table,
            changes=chosen.consent_rules,
            timezone=chosen.timezone,
        ),
        purposes=purposes(),
    )
    return Checking(
        store=store(),
        addressing=sending().addressing,
        purposes=purposes(),
        gate=gate,
        now_ms=clock.now_ms,
    )


@cache
def reading() -> Reading:
    chosen = settings()
    listing = DynamoListing(aws.dynamodb(), chosen.conversations_table, seal())
    return Reading(
        records=records(),
        listing=listing,
        directory=directory(),
        blobs=S3BlobSource(aws.s3(), chosen.media_bucket, seal().ring),
        pseudonyms=pseudonyms(),
        recent=Recent(
            records=records(),
            listing=listing,
            directory=directory(),
            rule=window_rule(),
            answered=store().answered,
            now_ms=clock.now_ms,
        ),
    )
