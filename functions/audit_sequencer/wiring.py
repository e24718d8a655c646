"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.audit_sequencer.settings import AuditSequencerSettings
from functions.core.audit.log_s3 import Lock, S3LockedLog
from functions.core.audit.reading import LogReader
from functions.core.audit.registry import writers
from functions.core.audit.sequencer import Sequencer
from functions.core.audit.signing import KmsSigner
from functions.core.audit.witnessing import LambdaWitness, Witnessing
from functions.core.runtime import aws, clock


@cache
def settings() -> AuditSequencerSettings:
    return AuditSequencerSettings.parse(os.environ)


@cache
def log_store() -> S3LockedLog:
    chosen = settings()
    lock = Lock(
        mode=chosen.lock_mode,
        days=chosen.retention_days,
        partial_days=chosen.partial_days,
        now=clock.now,
    )
    return S3LockedLog(aws.s3(), chosen.audit_bucket, lock=lock)


@cache
def sequencer() -> Sequencer:
    chosen = settings()
    return Sequencer(
        log=log_store(),
        signer=KmsSigner(aws.kms(), chosen.signing_key_arn, origin=chosen.origin),
        writers=lambda: writers(aws.dynamodb(), chosen.outbox_table),
        now_ms=clock.now_ms,
    )


@cache
def witnessing() -> Witnessing | None:
    """None where there is no witness."""
    function = settings().witness_function
    if not function:
        return None
    return Witnessing(
        log=log_store(),
        consistency=LogReader(log_store()).consistency,
        ask=LambdaWitness(aws.client("lambda"), function),
    )
