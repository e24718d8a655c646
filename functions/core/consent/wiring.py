"""Parts of consent that several functions put together in the same way."""

from functions.core.audit.writer import Writer
from functions.core.consent.asking import DoubleOptIn
from functions.core.consent.controller import Controller
from functions.core.consent.gate import ConsentGate
from functions.core.consent.ledger import Ledger
from functions.core.consent.questions import Replies
from functions.core.consent.replies import reply
from functions.core.consent.requests import Requests
from functions.core.consent.rules import request_ms, rules
from functions.core.consent.store import STORE, DynamoConsent
from functions.core.consent.timing import Clock
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content.records import Sealing
from functions.core.content.wiring import key_ring
from functions.core.runtime import aws, clock
from functions.core.runtime.ids import random_id
from functions.core.runtime.records import RecordStore
from functions.core.sending.service import SendingService


def store(*, consent_table: str, keys_table: str, audit: Writer) -> DynamoConsent:
    ring = key_ring(keys_table=keys_table, audit=audit)
    return DynamoConsent(aws.dynamodb(), consent_table, Sealing(ring, store=STORE), audit)


def ledger(*, store: DynamoConsent, directory: Directory) -> Ledger:
    return Ledger(store=store, directory=directory, now_ms=clock.now_ms, new_salt=random_id)


def replies(controller: Controller) -> Replies:
    return lambda kind, language: reply(kind, language, controller)


def double_opt_in(
    *,
    ledger: Ledger,
    records: RecordStore,
    sending: SendingService,
    pseudonyms: Pseudonyms,
    controller: Controller,
) -> DoubleOptIn:
    """`records`: messages, opened."""
    return DoubleOptIn(
        ledger=ledger,
        requests=Requests(store=ledger.store, records=records),
        sending=sending,
        pseudonyms=pseudonyms,
        replies=replies(controller),
        now_ms=clock.now_ms,
        waits_ms=request_ms(),
    )


def gate(*, store: DynamoConsent, consent_table: str, changes: str, timezone: str) -> ConsentGate:
    """`changes`: as JSON, what the stage's rules say otherwise."""
    return ConsentGate(
        store=store, table=consent_table, rules=rules(changes), clock=Clock(timezone)
    )
