"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from collections.abc import Mapping
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.consent import wiring as consents
from functions.core.consent.ledger import Ledger
from functions.core.consent.recording import Recording
from functions.core.consent.rules import rules
from functions.core.consent.wishes import Wishes
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords
from functions.core.content.wiring import sealing
from functions.core.rights import wiring as rights
from functions.core.rights.changing import Changes
from functions.core.rights.deadlines import Clock, Terms, terms_from
from functions.core.rights.effects import Effects
from functions.core.rights.filing import FilingDesk
from functions.core.rights.handling import Handling
from functions.core.rights.model import Right
from functions.core.rights.requests import DynamoRequests
from functions.core.rights.subjects import Subjects
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.rights_api.settings import RightsApiSettings


@cache
def settings() -> RightsApiSettings:
    return RightsApiSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="rights_api", outbox_table=settings().outbox_table)


@cache
def store() -> DynamoRequests:
    chosen = settings()
    return rights.requests(
        compliance_table=chosen.compliance_table, keys_table=chosen.keys_table, audit=audit()
    )


@cache
def calendar() -> Clock:
    return rights.calendar(controller=settings().controller, timezone=settings().timezone)


@cache
def terms() -> Mapping[Right, Terms]:
    return terms_from(settings().deadlines)


@cache
def desk() -> FilingDesk:
    return FilingDesk(
        changes=_changes(),
        subjects=Subjects(_directory()),
        effects=_effects(),
        pseudonyms=_pseudonyms(),
    )


@cache
def handling() -> Handling:
    return Handling(
        changes=_changes(),
        codes=rights.codes(ephemeral_table=settings().ephemeral_table, pseudonyms=_pseudonyms()),
        effects=_effects(),
        terms=terms(),
        clock=calendar(),
    )


@cache
def _changes() -> Changes:
    return rights.changes(store=store(), machine_arn=settings().rights_machine_arn)


@cache
def _pseudonyms() -> Pseudonyms:
    return contacts.pseudonyms(
        secret_arn=settings().pseudonym_secret_arn, portfolio_id=settings().portfolio_id
    )


@cache
def _directory() -> Directory:
    seal = sealing(keys_table=settings().keys_table, audit=audit())
    table = DynamoRecords(aws.dynamodb(), settings().conversations_table)
    return contacts.directory(SealedRecords(table, seal), _pseudonyms())


@cache
def _effects() -> Effects:
    ledger = _ledger()
    wishes = Wishes(
        records=DynamoRecords(aws.dynamodb(), settings().consent_table),
        pseudonyms=_pseudonyms(),
        now_ms=clock.now_ms,
    )
    recording = Recording(
        ledger=ledger,
        rules=rules(settings().consent_rules),
        pseudonyms=_pseudonyms(),
        wishes=wishes,
        now_ms=clock.now_ms,
    )
    return Effects(ledger=ledger, recording=recording, store=store(), audit=audit())


def _ledger() -> Ledger:
    chosen = settings()
    events = consents.store(
        consent_table=chosen.consent_table, keys_table=chosen.keys_table, audit=audit()
    )
    return consents.ledger(store=events, directory=_directory())
