"""Consent events in an audit log, and the receipts that it proves."""

import json

from consent_people import CONTACT, facts

from functions.core.audit.model import Actor
from functions.core.consent.checking import check
from functions.core.consent.ledger import Told, _entry
from functions.core.consent.proving import Proving
from functions.core.consent.record import opening, receipt, record_of
from tests.fakes.sequencing import World
from tools import verify_audit

TOLD = Told(by=Actor(kind="client", id="client-1"), request="q-1")


class Logged:
    """`after_ms`: of an event, until it is recorded."""

    def __init__(self, after_ms=250):
        self.world, self.after_ms = World(), after_ms
        self.writer, self.sequencer = self.world.writer("consent_api"), self.world.sequencer()

    @property
    def key(self):
        return self.world.kms.signer.key

    def at(self, ms):
        self.world.outbox.now_ms = ms

    def enter(self, *events, contact_id=CONTACT):
        """As the ledger does, on their way to the log."""
        for event in events:
            self.at(event.at_ms + self.after_ms)
            entry = _entry(event, contact_id, TOLD, self.world.now_ms())
            self.writer.write(entry, key=event.id)

    def seal(self, seconds=20):
        self.at(self.world.now_ms() + seconds * 1000)
        done = getattr(self, "done", 0)
        self.world.deliver(self.sequencer, first=done)
        self.done = len(next(iter(self.world.outbox.shards.values())))

    def proof(self, event):
        return Proving(self.world.reader).proof(event, event.at_ms + self.after_ms)

    def receipt(self, *events, proof=None, **changes):
        """Of the last event, as the API would give it."""
        last = events[-1]
        told = facts(*events, **changes)
        return receipt(
            record_of(**told),
            proof=proof or self.proof(last),
            committed=opening(last, last.at_ms + self.after_ms),
            now_ms=last.at_ms + 3_600_000,
        )


def by_core(data, key):
    return list(check(data, key).findings)


def by_tool(data, key):
    return verify_audit.receipt(data, verify_audit.Key(key.text))[0]


def kinds(told, key):
    """What each verifier finds, as kinds; both must agree."""
    data = told if isinstance(told, bytes) else json.dumps(told).encode()
    core, tool = ({each.partition(":")[0] for each in by(data, key)} for by in (by_core, by_tool))
    assert core == tool, (by_core(data, key), by_tool(data, key))
    return core
