"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.contacts import wiring as contacts
from functions.core.contacts.service import Links
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.wiring import key_ring
from functions.core.holds.covering import Covering
from functions.core.holds.guard import Guards
from functions.core.holds.machine import StepFunctions
from functions.core.holds.service import Holds
from functions.core.holds.store import DynamoHolds
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.holds_api.settings import HoldsApiSettings


@cache
def settings() -> HoldsApiSettings:
    return HoldsApiSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="holds_api", outbox_table=settings().outbox_table)


@cache
def holds() -> Holds:
    chosen = settings()
    names = contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )
    # as it is stored: who is linked to whom stands in clear
    records = DynamoRecords(aws.dynamodb(), chosen.conversations_table)
    store = DynamoHolds(aws.dynamodb(), chosen.compliance_table, audit())
    return Holds(
        store=store,
        covering=Covering(
            store=store,
            nodes=Links(records),
            guards=Guards(aws.dynamodb(), chosen.compliance_table),
            keys=DynamoKeys(aws.dynamodb(), chosen.keys_table, audit()),
        ),
        conversations=records,
        pseudonyms=names,
        ring=key_ring(keys_table=chosen.keys_table, audit=audit()),
        machine=StepFunctions(aws.client("stepfunctions"), chosen.state_machine_arn),
        now_ms=clock.now_ms,
    )
