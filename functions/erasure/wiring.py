"""Composition root: built once per execution environment."""

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import cache

from functions.core.archive.exports.files import Files
from functions.core.audit import wiring as auditing
from functions.core.audit.log_s3 import S3Log
from functions.core.audit.model import Actor
from functions.core.audit.reading import LogReader
from functions.core.audit.searching import Search
from functions.core.audit.writer import Writer
from functions.core.consent import wiring as consents
from functions.core.consent.errors import UnknownContactError
from functions.core.consent.ledger import Ledger
from functions.core.consent.store import STORE as CONSENT
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.contacts.tombstones import DynamoTombstones
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.wiring import key_ring
from functions.core.media.objects import S3Objects
from functions.core.retention.disposing import Disposer, Place, Reason
from functions.core.retention.rules import rules_from
from functions.core.rights.erasure.carrying import Carrying
from functions.core.rights.erasure.copying import Copying
from functions.core.rights.erasure.exports import Exports
from functions.core.rights.erasure.ledger import S3Ledger
from functions.core.rights.erasure.looking import Looking
from functions.core.rights.erasure.naming import Naming
from functions.core.rights.erasure.plans import DynamoPlans
from functions.core.rights.erasure.replay import Pointers, Replaying
from functions.core.rights.erasure.resealing import Resealing, Table
from functions.core.rights.erasure.service import Erasing
from functions.core.rights.erasure.sharing import Sharing
from functions.core.rights.erasure.withdrawals import Withdrawals
from functions.core.rights.erasure.withdrawing import Withdrawing
from functions.core.rights.model import request_key
from functions.core.rights.requests import STORE as COMPLIANCE
from functions.core.rights.requests import DynamoRequests
from functions.core.rights.subjects import Subjects
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.core.runtime.records import Item, Key
from functions.core.sending.dynamodb import DynamoSending
from functions.erasure.settings import ErasureSettings

_PART_BYTES = 8 * 1024 * 1024
_BY = Actor(kind="system", id="erasure")


@cache
def settings() -> ErasureSettings:
    return ErasureSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="erasure", outbox_table=settings().outbox_table)


@cache
def carrying() -> Carrying:
    chosen = settings()
    ring = key_ring(keys_table=chosen.keys_table, audit=audit())
    return Carrying(
        requests=DynamoRequests(
            aws.dynamodb(), chosen.compliance_table, Sealing(ring, store=COMPLIANCE), audit()
        ),
        subjects=Subjects(directory()).of,
        erasing=erasing,
        plans=plans(),
        files=Files(
            ring=ring,
            objects=S3Objects(aws.s3(), chosen.exports_bucket, part_bytes=_PART_BYTES),
            key_of=lambda name: request_key(name.split("/")[1]),
        ),
        audit=audit(),
        within_days=chosen.within_days,
        now_ms=clock.now_ms,
    )


def erasing(request_id: str) -> Erasing:
    """For one request: what is deleted is told of under its id."""
    chosen = settings()
    disposer = _disposer(request_id)
    conversations = Table(records=_stored("conversations"), sealing=_seal("conversations"))
    numbers = chosen.phone_number_ids.split(",")
    return Erasing(
        disposer=disposer,
        directory=directory(),
        naming=Naming(
            records=_stored("conversations"),
            sealing=_seal("conversations"),
            directory=directory(),
            pseudonyms=pseudonyms(),
            deleter=disposer.deleter,
        ),
        sharing=Sharing(
            disposer=disposer,
            conversations=_stored("conversations"),
            consents=_stored("consent"),
        ),
        resealing=Resealing(
            listing=disposer.listing,
            conversations=conversations,
            consents=Table(records=_stored("consent"), sealing=_seal(CONSENT)),
            copying=Copying(objects=_media(), ring=_seal("conversations").ring),
        ),
        looking=Looking(
            listing=disposer.listing,
            load=_load,
            accounts=[chosen.waba_id, "unknown"],
        ),
        exports=Exports(listing=disposer.listing, load=_load, now_ms=clock.now_ms),
        plans=plans(),
        ledger=ledger(),
        tombstones=DynamoTombstones(aws.dynamodb(), chosen.ephemeral_table, now_ms=clock.now_ms),
        restrict=_restrict,
        withdraw=_withdrawing().withdraw,
        epochs_of=_epochs_of,
        numbers=numbers,
        rules=rules_from(chosen.retention_rules),
        settle_ms=chosen.settle_seconds * 1000,
        now_ms=clock.now_ms,
    )


@cache
def replaying() -> Replaying:
    return Replaying(ledger=ledger(), erasing=erasing, sweeper=_pointers)


@cache
def withdrawals() -> Withdrawals:
    log = S3Log(aws.s3(), settings().audit_bucket)
    return Withdrawals(search=Search(LogReader(log)), ledger=consent_ledger())


def _pointers() -> Pointers:
    deleter = _disposer("replay-pointers").deleter
    return Pointers(aws.dynamodb(), settings().conversations_table, deleter)


@cache
def plans() -> DynamoPlans:
    return DynamoPlans(aws.dynamodb(), settings().compliance_table)


@cache
def ledger() -> S3Ledger:
    chosen = settings()
    return S3Ledger(
        aws.s3(),
        chosen.archive_bucket,
        lock_mode=chosen.lock_mode,
        retention_days=chosen.ledger_days,
        now=clock.now,
    )


@cache
def pseudonyms() -> Pseudonyms:
    chosen = settings()
    return contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )


@cache
def directory() -> Directory:
    sealed = SealedRecords(_stored("conversations"), _seal("conversations"))
    return contacts.directory(sealed, pseudonyms())


@cache
def consent_ledger() -> Ledger:
    chosen = settings()
    store = consents.store(
        consent_table=chosen.consent_table, keys_table=chosen.keys_table, audit=audit()
    )
    return consents.ledger(store=store, directory=directory())


def _restrict(contact_id: str) -> None:
    with suppress(UnknownContactError):  # gone already: nobody can be sent anything
        consent_ledger().restrict(contact_id, on=True)


def _disposer(run: str) -> Disposer:
    return Disposer(
        Place(
            client=aws.dynamodb(),
            tables=_tables(),
            media=_media(),
            numbers=lambda: settings().phone_number_ids.split(","),
        ),
        Reason(by=_BY, run=run, word="erasure"),
        directory=directory(),
        audit=audit(),
        now_ms=clock.now_ms,
        new_id=random_id,
    )


def _withdrawing() -> Withdrawing:
    table = settings().conversations_table
    return Withdrawing(DynamoSending(aws.dynamodb(), table, _seal("conversations"), audit()))


def _media() -> S3Objects:
    return S3Objects(aws.s3(), settings().media_bucket, part_bytes=_PART_BYTES)


def _seal(store: str) -> Sealing:
    return Sealing(key_ring(keys_table=settings().keys_table, audit=audit()), store=store)


def _tables() -> Mapping[str, str]:
    chosen = settings()
    return {
        "conversations": chosen.conversations_table,
        "consent": chosen.consent_table,
        "compliance": chosen.compliance_table,
        "keys": chosen.keys_table,
    }


def _stored(table: str) -> DynamoRecords:
    return DynamoRecords(aws.dynamodb(), _tables()[table])


def _load(table: str, keys: Collection[Key]) -> Mapping[Key, Item]:
    return _stored(table).load(list(keys), consistent=True)


def _epochs_of(key_ids: Collection[str]) -> dict[str, int]:
    keys = DynamoKeys(aws.dynamodb(), settings().keys_table, audit())
    return {key.id: key.epoch for key in keys.load(key_ids, consistent=True).values()}
