"""Composition root: built once per execution environment; what belongs to a run, for each run."""

import os
from datetime import UTC, datetime
from functools import cache

from functions.core.archive.exports.aws import S3Shelf
from functions.core.audit import wiring as auditing
from functions.core.audit.model import Actor
from functions.core.audit.writer import Writer
from functions.core.contacts import wiring as contacts
from functions.core.contacts.service import Directory
from functions.core.content.epoch_kms import LockedProofs
from functions.core.content.records import SealedRecords
from functions.core.content.wiring import sealing
from functions.core.conversations.minimising import minimising
from functions.core.media.objects import S3Objects
from functions.core.retention.archived import ArchiveDisposer
from functions.core.retention.closing import Closing
from functions.core.retention.contacts import Horizon
from functions.core.retention.disposing import Disposer, Place, Reason
from functions.core.retention.erasing import Buckets
from functions.core.retention.overdue import Overdue
from functions.core.retention.rules import rules_from
from functions.core.retention.runs import Run, Runs
from functions.core.retention.shortening import Shortener
from functions.core.retention.sweeping import Sweeping
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.retention.settings import RetentionSettings

# nothing is written to these buckets; S3's least for a part of an upload
_PART_BYTES = 5 * 1024 * 1024


@cache
def settings() -> RetentionSettings:
    return RetentionSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="retention", outbox_table=settings().outbox_table)


@cache
def runs() -> Runs:
    return Runs(aws.dynamodb(), settings().compliance_table)


@cache
def horizon() -> Horizon:
    return Horizon(
        rules=rules_from(settings().retention_rules), archive_days=settings().archive_days
    )


@cache
def sweeping() -> Sweeping:
    return Sweeping(
        runs=runs(),
        disposer=disposer,
        archive=_archive,
        shortener=_shortener,
        horizon=horizon(),
        now_ms=clock.now_ms,
    )


@cache
def closing() -> Closing:
    chosen = settings()
    return Closing(
        runs=runs(),
        tools=lambda run: (disposer(run).deleter, disposer(run).batches),
        documents=LockedProofs(
            aws.s3(),
            chosen.archive_bucket,
            lock_mode=chosen.lock_mode,
            retention_days=chosen.archive_days,
            now=clock.now,
            folder="dispositions",
        ),
        rules=horizon().rules,
        audit=audit(),
        now_ms=clock.now_ms,
    )


def overdue(run: Run) -> Overdue:
    parts = disposer(run)
    return Overdue(
        listing=parts.listing,
        guards=parts.guards,
        records={name: DynamoRecords(aws.dynamodb(), table) for name, table in _tables().items()},
        before_ms=lambda kind: sweeping().before_ms(run, kind),
    )


def disposer(run: Run) -> Disposer:
    chosen = settings()
    place = Place(
        client=aws.dynamodb(),
        tables=_tables(),
        media=Buckets(
            media=S3Objects(aws.s3(), chosen.media_bucket, part_bytes=_PART_BYTES),
            archive=S3Objects(aws.s3(), chosen.archive_bucket, part_bytes=_PART_BYTES),
        ),
        numbers=lambda: chosen.phone_number_ids.split(","),
    )
    reason = Reason(by=Actor(kind="system", id="retention"), run=run.id, word="retention")
    return Disposer(
        place,
        reason,
        directory=_directory(),
        audit=audit(),
        now_ms=clock.now_ms,
        new_id=random_id,
        rehearse=run.dry_run,
    )


def _tables() -> dict[str, str]:
    chosen = settings()
    return {
        "conversations": chosen.conversations_table,
        "consent": chosen.consent_table,
        "compliance": chosen.compliance_table,
        "keys": chosen.keys_table,
    }


def _shortener(run: Run) -> Shortener:
    parts = disposer(run)
    return Shortener(
        deleter=parts.deleter,
        listing=parts.listing,
        records=DynamoRecords(aws.dynamodb(), settings().conversations_table),
        minimising=minimising(settings().content_rules),
        now_ms=clock.now_ms,
    )


def _archive(run: Run) -> ArchiveDisposer:
    chosen = settings()
    return ArchiveDisposer(
        aws.s3(),
        chosen.archive_bucket,
        shelf=S3Shelf(aws.s3(), chosen.archive_bucket),
        deleter=disposer(run).deleter,
        now=datetime.fromtimestamp(run.started_ms / 1000, UTC),
        days=chosen.archive_days,
        clock_ms=clock.now_ms,
    )


@cache
def _directory() -> Directory:
    chosen = settings()
    names = contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )
    table = DynamoRecords(aws.dynamodb(), chosen.conversations_table)
    opened = SealedRecords(table, sealing(keys_table=chosen.keys_table, audit=audit()))
    return contacts.directory(opened, names)
