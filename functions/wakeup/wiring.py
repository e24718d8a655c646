"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.runtime import aws
from functions.core.sending.dynamodb import DynamoDue
from functions.core.sending.wake_ups import SqsWakeUps
from functions.wakeup.settings import WakeupSettings


@cache
def settings() -> WakeupSettings:
    return WakeupSettings.parse(os.environ)


@cache
def threads() -> DynamoDue:
    return DynamoDue(aws.dynamodb(), settings().conversations_table)


@cache
def wake_ups() -> SqsWakeUps:
    return SqsWakeUps(aws.sqs(), settings().outbound_queue_url)
