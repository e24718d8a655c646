"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.archive.aws import DynamoHeads
from functions.core.archive.exports.assembling import Assembler
from functions.core.archive.exports.aws import DynamoExports, S3Shelf
from functions.core.archive.exports.collecting import Collector
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.opening import Opener
from functions.core.archive.exports.people import People
from functions.core.archive.exports.pictures import Pictures
from functions.core.archive.exports.planning import Planner
from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.content.keyring import KeyRing
from functions.core.content.records import SealedRecords
from functions.core.content.wiring import key_ring, sealing
from functions.core.media.keeping import Keeper
from functions.core.media.objects import S3Objects
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.exporter.settings import ExporterSettings

# just above S3's least for a part of an upload, 5 MiB
_PART_BYTES = 6 * 1024 * 1024


@cache
def settings() -> ExporterSettings:
    return ExporterSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="exporter", outbox_table=settings().outbox_table)


@cache
def store() -> DynamoExports:
    return DynamoExports(aws.dynamodb(), settings().compliance_table)


@cache
def planner() -> Planner:
    return Planner(
        store=store(),
        files=_files(),
        shelf=_shelf(),
        heads=DynamoHeads(aws.dynamodb(), settings().compliance_table),
        new_run=random_id,
    )


@cache
def collector() -> Collector:
    return Collector(
        store=store(),
        files=_files(),
        shelf=_shelf(),
        opener=Opener(ring=_ring(), shelf=_shelf()),
        now=clock.now,
    )


@cache
def assembler() -> Assembler:
    chosen = settings()
    records = DynamoRecords(aws.dynamodb(), chosen.conversations_table)
    keeper = Keeper(ring=_ring(), objects=_objects(chosen.media_bucket))
    return Assembler(
        store=store(),
        files=_files(),
        ring=_ring(),
        people=People(SealedRecords(records, sealing(keys_table=chosen.keys_table, audit=audit()))),
        pictures=lambda: Pictures(keeper),
        new_run=random_id,
        now=clock.now,
    )


def _ring() -> KeyRing:
    return key_ring(keys_table=settings().keys_table, audit=audit())


def _files() -> Files:
    return Files(ring=_ring(), objects=_objects(settings().exports_bucket))


def _shelf() -> S3Shelf:
    return S3Shelf(aws.s3(), settings().archive_bucket)


def _objects(bucket: str) -> S3Objects:
    return S3Objects(aws.s3(), bucket, part_bytes=_PART_BYTES)
