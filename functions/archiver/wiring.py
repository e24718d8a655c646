"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.archiver.settings import ArchiverSettings
from functions.core.archive.aws import DynamoHeads, S3Source, S3Vault
from functions.core.archive.segment import Retention
from functions.core.archive.service import Archiver
from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.conversations.minimising import minimising
from functions.core.runtime import aws


@cache
def settings() -> ArchiverSettings:
    return ArchiverSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="archiver", outbox_table=settings().outbox_table)


@cache
def archiver() -> Archiver:
    chosen = settings()
    return Archiver(
        vault=S3Vault(aws.s3(), chosen.archive_bucket, mode=chosen.lock_mode),
        source=S3Source(aws.s3(), chosen.media_bucket),
        heads=DynamoHeads(aws.dynamodb(), chosen.compliance_table),
        retention=Retention(
            mode=chosen.lock_mode, days=chosen.retention_days, name=chosen.retention_class
        ),
        minimising=minimising(chosen.content_rules),
    )
