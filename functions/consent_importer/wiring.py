"""Composition root: built once per execution environment."""

import os
from functools import cache

from functions.consent_importer.settings import ConsentImporterSettings
from functions.core.audit.outbox import DynamoOutbox
from functions.core.audit.writer import Writer
from functions.core.cards.mask import mask
from functions.core.consent import wiring as consent
from functions.core.consent.controller import Controller
from functions.core.consent.imports.ahead import RecordsAhead, StatesAhead
from functions.core.consent.imports.aws import DynamoImports
from functions.core.consent.imports.finishing import Finisher
from functions.core.consent.imports.lane import Lane
from functions.core.consent.imports.loading import Loader
from functions.core.consent.imports.notices import Shown
from functions.core.consent.imports.parts import Parts
from functions.core.consent.imports.planning import Planner
from functions.core.consent.imports.wiring import parts as made_parts
from functions.core.consent.notices import Notices
from functions.core.consent.recording import Recording
from functions.core.consent.rules import rules
from functions.core.consent.store import STORE
from functions.core.consent.wishes import Wishes
from functions.core.contacts import wiring as contacts
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.content.records import SealedRecords, Sealing
from functions.core.content.wiring import key_ring
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords

# side by side in one execution: waiting for DynamoDB is most of what a row takes
LANES = 4


@cache
def settings() -> ConsentImporterSettings:
    return ConsentImporterSettings.parse(os.environ)


@cache
def audit() -> Writer:
    return _writer()


@cache
def store() -> DynamoImports:
    return DynamoImports(aws.dynamodb(), settings().compliance_table)


@cache
def planner() -> Planner:
    return Planner(store=store(), parts=_parts(), now_ms=clock.now_ms)


@cache
def loader() -> Loader:
    shown = Shown(Notices(Controller.parse(settings().controller)))
    return Loader(
        store=store(),
        parts=_parts(),
        lanes=[_lane(_writer()) for _ in range(LANES)],
        shown=shown,
        masked=lambda text: mask(text).text,
    )


@cache
def finisher() -> Finisher:
    return Finisher(store=store(), now_ms=clock.now_ms)


def _writer() -> Writer:
    """One more, beside those there are: each chains its own entries."""
    outbox = DynamoOutbox(aws.dynamodb(), settings().outbox_table, now_ms=clock.now_ms)
    return Writer(outbox, function="consent_importer", now_ms=clock.now_ms)


@cache
def _parts() -> Parts:
    chosen = settings()
    ring = key_ring(keys_table=chosen.keys_table, audit=audit())
    return made_parts(ring=ring, bucket=chosen.exports_bucket)


@cache
def _pseudonyms() -> Pseudonyms:
    chosen = settings()
    return contacts.pseudonyms(
        secret_arn=chosen.pseudonym_secret_arn, portfolio_id=chosen.portfolio_id
    )


def _lane(writer: Writer) -> Lane:
    chosen, names = settings(), _pseudonyms()
    ring = key_ring(keys_table=chosen.keys_table, audit=writer)
    table = DynamoRecords(aws.dynamodb(), chosen.conversations_table)
    records = RecordsAhead(SealedRecords(table, Sealing(ring)))
    states = StatesAhead(aws.dynamodb(), chosen.consent_table, Sealing(ring, store=STORE), writer)
    directory = contacts.directory(records, names)
    wishes = Wishes(
        records=DynamoRecords(aws.dynamodb(), chosen.consent_table),
        pseudonyms=names,
        now_ms=clock.now_ms,
    )
    recording = Recording(
        ledger=consent.ledger(store=states, directory=directory),
        rules=rules(chosen.consent_rules),
        pseudonyms=names,
        wishes=wishes,
        now_ms=clock.now_ms,
    )
    return Lane(
        records=records,
        states=states,
        directory=directory,
        ring=ring,
        recording=recording,
        pseudonyms=names,
    )
