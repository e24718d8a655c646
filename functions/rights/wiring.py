"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.core.audit import wiring as auditing
from functions.core.audit.writer import Writer
from functions.core.consent import wiring as consents
from functions.core.consent.controller import Controller
from functions.core.consent.ledger import Ledger
from functions.core.consent.recording import Recording
from functions.core.consent.rules import rules
from functions.core.consent.store import DynamoConsent
from functions.core.consent.wishes import Wishes
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.wiring import sealing
from functions.core.conversations.read_dynamodb import DynamoListing
from functions.core.rights import wiring as rights
from functions.core.rights.applying import Applying
from functions.core.rights.changing import Changes
from functions.core.rights.deadlines import terms_from
from functions.core.rights.effects import Effects
from functions.core.rights.identity import Identity
from functions.core.rights.looking import Looking
from functions.core.rights.policy import HOUR_MS
from functions.core.rights.reaching import Reaching
from functions.core.rights.rectifying import Rectifier
from functions.core.rights.requests import STORE, DynamoRequests
from functions.core.rights.saying import Saying
from functions.core.rights.subjects import Subjects
from functions.core.rights.sweeping import Sweeping
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.sending.checking import Checking
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.gate import Gate
from functions.core.sending.purposes import Purposes
from functions.core.sending.service import SendingService
from functions.core.sending.wiring import purposes, sending_service, window_rule
from functions.rights.settings import RightsSettings


@cache
def settings() -> RightsSettings:
    return RightsSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return auditing.writer(function="rights", outbox_table=settings().outbox_table)


@cache
def changes() -> Changes:
    return rights.changes(store=_requests(), machine_arn=settings().rights_machine_arn)


@cache
def looking() -> Looking:
    chosen = settings()
    identity = Identity(
        changes=changes(),
        subjects=_subjects(),
        reaching=Reaching(
            store=_outgoing(),
            records=DynamoRecords(aws.dynamodb(), chosen.conversations_table),
            listing=DynamoListing(aws.dynamodb(), chosen.conversations_table, _seal()),
            phone_number_ids=tuple(chosen.phone_number_ids.split(",")),
        ),
        codes=rights.codes(ephemeral_table=chosen.ephemeral_table, pseudonyms=_pseudonyms()),
        saying=_saying(),
    )
    return Looking(
        changes=changes(),
        identity=identity,
        saying=_saying(),
        terms=terms_from(chosen.deadlines),
        clock=rights.calendar(controller=chosen.controller, timezone=chosen.timezone),
    )


@cache
def sweeping() -> Sweeping:
    tick_ms = settings().tick_seconds * 1000
    return Sweeping(changes=changes(), looking=looking(), stale_ms=2 * tick_ms + HOUR_MS)


@cache
def applying() -> Applying:
    chosen = settings()
    wishes = Wishes(
        records=DynamoRecords(aws.dynamodb(), chosen.consent_table),
        pseudonyms=_pseudonyms(),
        now_ms=clock.now_ms,
    )
    ledger = consents.ledger(store=_consents(), directory=_directory())
    recording = Recording(
        ledger=ledger,
        rules=rules(chosen.consent_rules),
        pseudonyms=_pseudonyms(),
        wishes=wishes,
        now_ms=clock.now_ms,
    )
    return Applying(
        store=_requests(),
        subjects=_subjects(),
        effects=Effects(ledger=ledger, recording=recording, store=_requests(), audit=audit()),
        correct=_rectifier(ledger).correct,
    )


def _rectifier(ledger: Ledger) -> Rectifier:
    return Rectifier(
        client=aws.dynamodb(),
        table=settings().conversations_table,
        sealing=_seal(),
        requests_table=settings().compliance_table,
        requests_sealing=Sealing(_seal().ring, store=STORE),
        audit=audit(),
        ledger=ledger,
    )


@cache
def _requests() -> DynamoRequests:
    chosen = settings()
    return rights.requests(
        compliance_table=chosen.compliance_table, keys_table=chosen.keys_table, audit=audit()
    )


@cache
def _seal() -> Sealing:
    return sealing(keys_table=settings().keys_table, audit=audit())


@cache
def _records() -> SealedRecords:
    return SealedRecords(DynamoRecords(aws.dynamodb(), settings().conversations_table), _seal())


@cache
def _pseudonyms() -> Pseudonyms:
    return contacts.pseudonyms(
        secret_arn=settings().pseudonym_secret_arn, portfolio_id=settings().portfolio_id
    )


@cache
def _directory() -> Directory:
    return contacts.directory(_records(), _pseudonyms())


def _subjects() -> Subjects:
    return Subjects(_directory())


@cache
def _consents() -> DynamoConsent:
    chosen = settings()
    return consents.store(
        consent_table=chosen.consent_table, keys_table=chosen.keys_table, audit=audit()
    )


@cache
def _outgoing() -> DynamoSending:
    return DynamoSending(aws.dynamodb(), settings().conversations_table, _seal(), audit())


@cache
def _purposes() -> Purposes:
    chosen = settings()
    return purposes(consent_table=chosen.consent_table, changes=chosen.consent_rules)


@cache
def _sending() -> SendingService:
    chosen = settings()
    return sending_service(
        store=_outgoing(),
        records=_records(),
        directory=_directory(),
        pseudonyms=_pseudonyms(),
        phone_number_ids=chosen.phone_number_ids,
        outbound_queue_url=chosen.outbound_queue_url,
        max_pending=chosen.max_pending_per_conversation,
        purposes=_purposes(),
    )


@cache
def _saying() -> Saying:
    chosen = settings()
    gate = Gate(
        store=_outgoing(),
        directory=_directory(),
        rule=window_rule(),
        consents=consents.gate(
            store=_consents(),
            consent_table=chosen.consent_table,
            changes=chosen.consent_rules,
            timezone=chosen.timezone,
        ),
        purposes=_purposes(),
    )
    checking = Checking(
        store=_outgoing(),
        addressing=_sending().addressing,
        purposes=_purposes(),
        gate=gate,
        now_ms=clock.now_ms,
    )
    return Saying(
        sending=_sending(),
        checking=checking,
        controller=Controller.parse(chosen.controller),
        template=chosen.code_template,
    )
