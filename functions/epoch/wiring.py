"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.content.epoch_dynamodb import DynamoEpochs
from functions.core.content.epoch_kms import Access, KmsEpochKeys, LockedProofs
from functions.core.content.epochs import EpochRules, Epochs
from functions.core.content.kms import KmsRoots
from functions.core.runtime import aws, clock
from functions.epoch.settings import EpochSettings


@cache
def settings() -> EpochSettings:
    return EpochSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="epoch", outbox_table=settings().outbox_table)


@cache
def epochs() -> Epochs:
    chosen = settings()
    access = Access(
        account_root=f"arn:{chosen.partition}:iam::{chosen.account}:root",
        administrator=chosen.administrator_role_arn,
        users=chosen.key_user_role_arns.split(","),
    )
    return Epochs(
        store=DynamoEpochs(aws.dynamodb(), chosen.keys_table),
        keys=KmsEpochKeys(aws.kms(), access, stage=chosen.stage, pending_days=chosen.pending_days),
        roots=KmsRoots(aws.kms()),
        proofs=LockedProofs(
            aws.s3(),
            chosen.archive_bucket,
            lock_mode=chosen.lock_mode,
            retention_days=chosen.retention_days,
            now=clock.now,
        ),
        rules=EpochRules(epoch_days=chosen.epoch_days, pending_days=chosen.pending_days),
        now_ms=clock.now_ms,
    )
