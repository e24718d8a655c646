"""Parts of consent that several functions put together in the same way."""

from functions.core.audit.writer import Writer
from functions.core.consent.gate import ConsentGate
from functions.core.consent.ledger import Ledger
from functions.core.consent.rules import rules
from functions.core.consent.store import STORE, DynamoConsent
from functions.core.consent.timing import Clock
from functions.core.contacts.service import Directory
from functions.core.content.records import Sealing
from functions.core.content.wiring import key_ring
from functions.core.runtime import aws, clock
from functions.core.runtime.ids import random_id


def store(*, consent_table: str, keys_table: str, audit: Writer) -> DynamoConsent:
    ring = key_ring(keys_table=keys_table, audit=audit)
    return DynamoConsent(aws.dynamodb(), consent_table, Sealing(ring, store=STORE), audit)


def ledger(*, store: DynamoConsent, directory: Directory) -> Ledger:
    return Ledger(store=store, directory=directory, now_ms=clock.now_ms, new_salt=random_id)


def gate(*, store: DynamoConsent, consent_table: str, changes: str, timezone: str) -> ConsentGate:
    """`changes`: as JSON, what the stage's rules say otherwise."""
    return ConsentGate(
        store=store, table=consent_table, rules=rules(changes), clock=Clock(timezone)
    )
