"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.retention.asking import Asking
from functions.core.retention.machine import StepFunctions
from functions.core.retention.rules import Rules, rules_from
from functions.core.retention.runs import Runs
from functions.core.runtime import aws, clock
from functions.retention_api.settings import RetentionApiSettings


@cache
def settings() -> RetentionApiSettings:
    return RetentionApiSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="retention_api", outbox_table=settings().outbox_table)


@cache
def rules() -> Rules:
    return rules_from(settings().retention_rules)


@cache
def asking() -> Asking:
    return Asking(
        runs=Runs(aws.dynamodb(), settings().compliance_table),
        machine=StepFunctions(aws.client("stepfunctions"), settings().state_machine_arn),
        now_ms=clock.now_ms,
    )
