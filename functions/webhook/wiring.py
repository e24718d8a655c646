"""Composition root: built once per execution environment."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from functions.core.content.transit import TransitSealer
from functions.core.runtime import aws
from functions.core.runtime.secrets import SecretCache
from functions.webhook.gatekeeper import Gatekeeper
from functions.webhook.inbox import Inbox
from functions.webhook.settings import WebhookSettings


@cache
def settings() -> WebhookSettings:
    return WebhookSettings.parse(os.environ)


@cache
def gatekeeper() -> Gatekeeper:
    return Gatekeeper(SecretCache(aws.secrets()), settings().meta_secret_arn)


@cache
def sealer() -> TransitSealer:
    return TransitSealer(aws.kms(), settings().transit_key_arn)


@cache
def inbox() -> Inbox:
    return Inbox(sealer=sealer(), sqs=aws.sqs(), s3=aws.s3, settings=settings())


def enter(event: Mapping[str, Any], action: str) -> None:
    """Into the audit log; only who is told no, or shakes hands, waits for these imports."""
    from functions.webhook import auditing

    auditing.enter(event, action)


def warm_up() -> None:
    """In Lambda, clients are created while it starts: then a small function has a full processor.

    Elsewhere (synth, tests, a reader's shell) importing the handler needs no environment.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        gatekeeper()
        inbox()
