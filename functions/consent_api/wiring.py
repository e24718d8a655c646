"""Composition root: built once per execution environment, on the first request that needs it."""

import os
from functools import cache

from functions.consent_api.settings import ConsentApiSettings
from functions.core.audit import wiring as auditing
from functions.core.audit.log_s3 import S3Log
from functions.core.audit.reading import LogReader
from functions.core.audit.writer import Writer
from functions.core.consent import wiring as consents
from functions.core.consent.asking import DoubleOptIn
from functions.core.consent.controller import Controller
from functions.core.consent.imports.asking import Imports
from functions.core.consent.imports.wiring import imports as imports_of
from functions.core.consent.ledger import Ledger
from functions.core.consent.notices import Notices
from functions.core.consent.proving import Proving
from functions.core.consent.recording import Recording
from functions.core.consent.replies import reply
from functions.core.consent.requests import Requests
from functions.core.consent.rules import Rules, request_ms, rules
from functions.core.consent.store import DynamoConsent
from functions.core.consent.wishes import Wishes
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.wiring import sealing
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.service import SendingService
from functions.core.sending.wiring import purposes, sending_service


@cache
def settings() -> ConsentApiSettings:
    return ConsentApiSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="consent_api", outbox_table=settings().outbox_table)


@cache
def seal() -> Sealing:
    return sealing(keys_table=settings().keys_table, audit=audit())


@cache
def records() -> SealedRecords:
    return SealedRecords(DynamoRecords(aws.dynamodb(), settings().conversations_table), seal())


@cache
def pseudonyms() -> Pseudonyms:
    return contacts.pseudonyms(
        secret_arn=settings().pseudonym_secret_arn, portfolio_id=settings().portfolio_id
    )


@cache
def directory() -> Directory:
    return contacts.directory(records(), pseudonyms())


@cache
def store() -> DynamoConsent:
    return consents.store(
        consent_table=settings().consent_table, keys_table=settings().keys_table, audit=audit()
    )


@cache
def ledger() -> Ledger:
    return consents.ledger(store=store(), directory=directory())


@cache
def consent_rules() -> Rules:
    return rules(settings().consent_rules)


@cache
def wishes() -> Wishes:
    return Wishes(
        records=DynamoRecords(aws.dynamodb(), settings().consent_table),
        pseudonyms=pseudonyms(),
        now_ms=clock.now_ms,
    )


@cache
def recording() -> Recording:
    return Recording(
        ledger=ledger(),
        rules=consent_rules(),
        pseudonyms=pseudonyms(),
        wishes=wishes(),
        now_ms=clock.now_ms,
    )


@cache
def controller() -> Controller:
    return Controller.parse(settings().controller)


@cache
def notices() -> Notices:
    return Notices(controller())


@cache
def imports() -> Imports:
    chosen = settings()
    return imports_of(
        ring=seal().ring,
        compliance_table=chosen.compliance_table,
        exports_bucket=chosen.exports_bucket,
        state_machine_arn=chosen.import_machine_arn,
        texts=notices(),
        pseudonyms=pseudonyms(),
    )


@cache
def proving() -> Proving:
    return Proving(LogReader(S3Log(aws.s3(), settings().audit_bucket)))


@cache
def sending() -> SendingService:
    chosen = settings()
    return sending_service(
        store=DynamoSending(aws.dynamodb(), chosen.conversations_table, seal(), audit()),
        records=records(),
        directory=directory(),
        pseudonyms=pseudonyms(),
        phone_number_ids=chosen.phone_number_ids,
        outbound_queue_url=chosen.outbound_queue_url,
        max_pending=chosen.max_pending_per_conversation,
        purposes=purposes(consent_table=chosen.consent_table, changes=chosen.consent_rules),
    )


@cache
def double_opt_in() -> DoubleOptIn:
    return DoubleOptIn(
        ledger=ledger(),
        requests=Requests(store=store(), records=records()),
        sending=sending(),
        pseudonyms=pseudonyms(),
        replies=lambda kind, language: reply(kind, language, controller()),
        now_ms=clock.now_ms,
        waits_ms=request_ms(),
    )
