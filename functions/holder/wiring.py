"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.archive.exports.aws import S3Shelf
from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.contacts.service import Links
from functions.core.content.dynamodb import DynamoKeys
from functions.core.holds.claims import DynamoClaims
from functions.core.holds.covering import Covering
from functions.core.holds.guard import Guards
from functions.core.holds.holding import Holding
from functions.core.holds.locks import S3Locks
from functions.core.holds.machine import StepFunctions
from functions.core.holds.store import DynamoHolds
from functions.core.holds.sweeping import Sweeping
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.holder.settings import HolderSettings


@cache
def settings() -> HolderSettings:
    return HolderSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="holder", outbox_table=settings().outbox_table)


@cache
def holding() -> Holding:
    chosen = settings()
    # as it is stored: who is linked to whom stands in clear
    records = DynamoRecords(aws.dynamodb(), chosen.conversations_table)
    return Holding(
        store=_store(),
        covering=Covering(
            store=_store(),
            nodes=Links(records),
            guards=Guards(aws.dynamodb(), chosen.compliance_table),
            keys=DynamoKeys(aws.dynamodb(), chosen.keys_table, audit()),
        ),
        claims=DynamoClaims(aws.dynamodb(), chosen.compliance_table),
        shelf=S3Shelf(aws.s3(), chosen.archive_bucket),
        locks=S3Locks(aws.s3(), chosen.archive_bucket),
        now_ms=clock.now_ms,
    )


@cache
def sweeping() -> Sweeping:
    machine = StepFunctions(aws.client("stepfunctions"), settings().state_machine_arn)
    return Sweeping(store=_store(), machine=machine)


@cache
def _store() -> DynamoHolds:
    return DynamoHolds(aws.dynamodb(), settings().compliance_table, audit())
