"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.audit.keys import verifier_key
from functions.core.audit.signing import KmsSigner
from functions.core.audit.witness import Witness
from functions.core.audit.witness_dynamodb import DynamoCosigned
from functions.core.runtime import aws
from functions.witness.settings import WitnessSettings


@cache
def settings() -> WitnessSettings:
    return WitnessSettings.parse(os.environ)


@cache
def witness() -> Witness:
    chosen = settings()
    signer = KmsSigner(aws.kms(), chosen.signing_key_arn, origin=chosen.name)
    return Witness(
        keys=[verifier_key(text) for text in chosen.log_keys.split()],
        store=DynamoCosigned(aws.dynamodb(), chosen.witness_table),
        cosign=signer.signature,
    )
