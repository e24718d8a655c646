"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from functools import cache

from functions.archive_api.settings import ArchiveApiSettings
from functions.core.archive.exports.asking import Asking
from functions.core.archive.exports.aws import DynamoExports, StepFunctions
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.giving import Giving
from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.contacts import wiring as contacts
from functions.core.content.keyring import KeyRing
from functions.core.content.records import SealedRecords
from functions.core.content.tickets import DynamoTickets, Tickets
from functions.core.content.wiring import key_ring, sealing
from functions.core.media.objects import S3Objects
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords

# nothing is written here; S3's least for a part of an upload
_PART_BYTES = 5 * 1024 * 1024


@cache
def settings() -> ArchiveApiSettings:
    return ArchiveApiSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="archive_api", outbox_table=settings().outbox_table)


@cache
def asking() -> Asking:
    chosen = settings()
    pseudonyms = contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )
    records = SealedRecords(
        DynamoRecords(aws.dynamodb(), chosen.conversations_table),
        sealing(keys_table=chosen.keys_table, audit=audit()),
    )
    return Asking(
        store=_store(),
        records=records,
        directory=contacts.directory(records, pseudonyms),
        pseudonyms=pseudonyms,
        ring=_ring(),
        machine=StepFunctions(aws.client("stepfunctions"), chosen.state_machine_arn),
        now_ms=clock.now_ms,
    )


@cache
def giving() -> Giving:
    tickets = DynamoTickets(aws.dynamodb(), settings().ephemeral_table)
    objects = S3Objects(aws.s3(), settings().exports_bucket, part_bytes=_PART_BYTES)
    return Giving(
        store=_store(),
        tickets=Tickets(tickets, now_ms=clock.now_ms),
        files=Files(ring=_ring(), objects=objects),
        now_ms=clock.now_ms,
    )


def _store() -> DynamoExports:
    return DynamoExports(aws.dynamodb(), settings().compliance_table)


def _ring() -> KeyRing:
    return key_ring(keys_table=settings().keys_table, audit=audit())
