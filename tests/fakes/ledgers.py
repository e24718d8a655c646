"""A ledger, its gate and the sending store on tables of moto's, with time that tests move."""

from typing import Any

import boto3

from functions.core.audit.model import Actor
from functions.core.audit.model import Event as Entry
from functions.core.audit.vocabulary import Action
from functions.core.consent.gate import ConsentGate
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.rules import rules
from functions.core.consent.store import STORE, DynamoConsent
from functions.core.consent.timing import Clock as WallClock
from functions.core.consent.vocabulary import Kind, Method, Purpose, Strength
from functions.core.contacts.model import Alias, AliasKind, Sighting
from functions.core.contacts.service import folds
from functions.core.content.records import SealedRecords, Sealing
from functions.core.conversations.model import ThreadMark, fold_thread, thread_id
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import digest_of, fold_all
from functions.core.sending.dynamodb import DynamoSending
from functions.core.sending.store import Claim, NewIntent
from tests.fakes import build, tables
from tests.fakes.audit import table_writer
from tests.fakes.keys import sealing
from tests.fakes.sending import Clock

NUMBER = build.NUMBER
TOLD = Told(by=Actor(kind="client", id="c"), request="gateway-1")
MARKETING = Purpose.MARKETING
ENTRY = Entry(action=Action.SEND_CLAIMED, by=Actor(kind="system", id="sender"))


class Ledgers:
    """To be made inside `mock_aws`. `around` may wrap the ledger's store."""

    def __init__(self, changes: str = "{}", around: Any = lambda part: part) -> None:
        client = boto3.client("dynamodb")
        tables.create(client)
        self.clock = Clock()
        seal = sealing()
        self.records = SealedRecords(DynamoRecords(client, "conversations"), seal)
        self.sending = DynamoSending(client, "conversations", seal, table_writer(client))
        self.directory = build.directory(self.records)
        ring = Sealing(seal.ring, store=STORE)
        self.store = DynamoConsent(client, "consent", ring, table_writer(client))
        self.rules = rules(changes)
        self.gate = ConsentGate(
            store=self.store, table="consent", rules=self.rules, clock=WallClock("UTC")
        )
        self.ledger = self.opened(around)
        self._names = 0

    def opened(self, around: Any = lambda part: part) -> Ledger:
        """Another process on the same tables."""
        return Ledger(
            store=around(self.store),
            directory=self.directory,
            now_ms=self.clock.now_ms,
            new_salt=lambda: "salt",
        )

    def person(self, digits: str = "15550100001", *, at_ms: int | None = None) -> str:
        """The node of a number that was seen; the same digits, the same node."""
        return self._seen([Alias(AliasKind.PHONE, digits)], at_ms)[0]

    def link(self, digits: str, bsuid: str, *, at_ms: int | None = None) -> tuple[str, str]:
        aliases = [Alias(AliasKind.PHONE, digits), Alias(AliasKind.BSUID, bsuid)]
        number, account = self._seen(aliases, at_ms)
        return number, account

    def account(self, bsuid: str, *, at_ms: int | None = None) -> str:
        return self._seen([Alias(AliasKind.BSUID, bsuid)], at_ms)[0]

    def _seen(self, aliases: list[Alias], at_ms: int | None) -> list[str]:
        nodes = self.directory.register(aliases)
        at = self.clock.now if at_ms is None else at_ms
        sighting = Sighting(frozenset(nodes.values()), at)
        fold_all(self.records, folds([sighting], nodes))
        return [nodes[alias] for alias in aliases]

    def event(
        self, node: str, kind: Kind, purpose: Purpose = Purpose.MARKETING, **more: Any
    ) -> Event:
        self._names += 1
        strength = Strength.CONFIRMED if kind is Kind.GIVEN else None
        values = {"at_ms": self.clock.now, "strength": strength, **more}
        return Event(
            **{
                "id": f"e_{self._names:026d}",
                "kind": kind,
                "purpose": purpose,
                "node": node,
                "method": Method.API,
                "by": "c",
                **values,
            }
        )

    def say(
        self, node: str, kind: Kind, purpose: Purpose = Purpose.MARKETING, **more: Any
    ) -> Event:
        event = self.event(node, kind, purpose, **more)
        self.ledger.record(event, TOLD)
        return event

    def queue(self, node: str, message_id: str) -> None:
        thread = thread_id(NUMBER, node)
        before = self.sending.threads([thread]).get(thread)
        marks = [ThreadMark(self.clock.now)]
        attributes = {"thread": thread, "at": f"{self.clock.now:013d}#{message_id}", "facts": {}}
        intent = NewIntent(
            message_id=message_id,
            thread=thread,
            attributes={
                **attributes,
                "digest": digest_of({}),
                "send_state": "queued",
                "attempt": 0,
            },
            thread_attributes=fold_thread(before, thread, marks, entry_point_hours=72),
            thread_digest=(before or {}).get("digest"),
            due_ms=self.clock.now,
            entry=ENTRY,
        )
        assert self.sending.create(intent)

    def look(
        self,
        node: str,
        message_id: str = "m_1",
        purpose: Purpose = Purpose.MARKETING,
        *,
        fresh: bool = False,
    ) -> Any:
        """What the gate finds now."""
        person, nodes = self.directory.person_behind(node, float("inf"))
        return self.gate.check(
            message_id,
            purpose,
            node=node,
            person=person,
            nodes=nodes,
            now_ms=self.clock.now,
            fresh=fresh,
        )

    def claim(self, node: str, message_id: str, finding: Any) -> bool:
        """Under what was found, maybe long ago."""
        thread = thread_id(NUMBER, node)
        item = self.sending.threads([thread])[thread]
        claim = Claim(
            message_id=message_id,
            thread=thread,
            attempt=0,
            now_ms=self.clock.now,
            pair_tat_ms=item.get("pair_tat_ms"),
            next_pair_tat_ms=self.clock.now + 1,
            entry=ENTRY,
            also=(finding.condition,),
        )
        return self.sending.claim(claim)

    def codes(self, node: str, purpose: Purpose = Purpose.MARKETING) -> list[str]:
        return [reason.code for reason in self.look(node, purpose=purpose).reasons]
