"""Legal holds on tables of moto's, with an archive and locks in memory; people who are deleted."""

import json
from dataclasses import dataclass
from typing import Any

import boto3

from functions.core.audit.model import Actor
from functions.core.contacts.model import Alias, AliasKind, Sighting
from functions.core.contacts.service import Directory, folds
from functions.core.content.dynamodb import DynamoKeys
from functions.core.conversations.model import thread_id
from functions.core.holds.asked import Asked, asked_from
from functions.core.holds.claims import DynamoClaims
from functions.core.holds.covering import Covering
from functions.core.holds.following import Following
from functions.core.holds.guard import Guard, Guards
from functions.core.holds.holding import Holding
from functions.core.holds.model import Hold
from functions.core.holds.service import Caller, Holds
from functions.core.holds.standing import Standing
from functions.core.holds.store import DynamoHolds, transacted
from functions.core.holds.sweeping import Sweeping
from functions.core.rights.subject import Subject
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import Key, fold_all
from functions.core.runtime.values import encode
from tests.fakes import build, tables
from tests.fakes.archive import Room
from tests.fakes.audit import table_writer
from tests.fakes.exports import MemoryShelf
from tests.fakes.keys import MemoryRoots, key_ring
from tests.fakes.sending import Clock

DAY_MS = 86_400_000
NUMBER = build.NUMBER
WORDS = {"matter": "Doe v. Clinic", "authority": "Court of Berlin, 12 O 1/26"}
LAWYER, PARTNER = (Caller(by=Actor(kind="client", id=name)) for name in ("lawyer", "partner"))


class MemoryLocks:
    """`Locks` over the names of a room; what was never there is not locked."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.held: set[str] = set()
        self.puts = 0

    def put(self, name: str, *, on: bool) -> None:
        self.puts += 1
        self.held.discard(name)
        if on and name in self._room.files():
            self.held.add(name)


class Machine:
    def __init__(self) -> None:
        self.started: list[tuple[str, int]] = []

    def start(self, hold_id: str, attempt: int) -> None:
        if (hold_id, attempt) not in self.started:
            self.started.append((hold_id, attempt))


@dataclass(frozen=True)
class Sight:
    """What somebody who deletes has read: the guard, and whether it lets the thing go."""

    key: Key
    guard: Guard
    is_free: bool


class Desk:
    """To be made inside `mock_aws`. `around` may wrap parts in something that dies."""

    def __init__(self) -> None:
        self.client = boto3.client("dynamodb")
        tables.create(self.client)
        tables.open_epoch(self.client, boto3.client("kms"))
        self.clock, self.room, self.machine = Clock(), Room(), Machine()
        self.locks = MemoryLocks(self.room)
        self.writer = table_writer(self.client)
        self.keys = DynamoKeys(self.client, "keys", self.writer)
        self.ring = key_ring(self.keys, MemoryRoots())
        self.records = DynamoRecords(self.client, "conversations")
        self.directory: Directory = build.directory(self.records)
        self.guards = Guards(self.client, "compliance")
        self.store = DynamoHolds(self.client, "compliance", self.writer)
        self.claims = DynamoClaims(self.client, "compliance")
        self.standing = Standing(store=self.store, guards=self.guards)
        self.start()

    def start(self, around: Any = lambda _name, part: part) -> None:
        """A new process on the same stores."""
        store, guards = around("store", self.store), around("guards", self.guards)
        self.covering = Covering(
            store=store,
            nodes=around("directory", self.directory),
            guards=guards,
            keys=around("keys", self.keys),
        )
        self.holds = Holds(
            store=store,
            covering=self.covering,
            conversations=self.records,
            pseudonyms=build.PSEUDONYMS,
            ring=self.ring,
            machine=around("machine", self.machine),
            now_ms=self.clock.now_ms,
        )
        self.following = Following(
            store=store,
            nodes=around("directory", self.directory),
            guards=guards,
            records=DynamoRecords(self.client, "compliance"),
        )
        self.holding = Holding(
            store=store,
            covering=self.covering,
            claims=around("claims", self.claims),
            shelf=around("shelf", MemoryShelf(self.room)),
            locks=around("locks", self.locks),
            now_ms=self.clock.now_ms,
        )
        self.sweeping = Sweeping(store=store, machine=around("machine", self.machine))

    # --- people

    def person(self, digits: str = "15550100001") -> str:
        return self._seen([Alias(AliasKind.PHONE, digits)])[0]

    def account(self, bsuid: str = "US.1") -> str:
        return self._seen([Alias(AliasKind.BSUID, bsuid)])[0]

    def link(self, digits: str, bsuid: str) -> tuple[str, str]:
        number, account = self._seen(
            [Alias(AliasKind.PHONE, digits), Alias(AliasKind.BSUID, bsuid)]
        )
        return number, account

    def _seen(self, aliases: list[Alias], left: frozenset[str] = frozenset()) -> list[str]:
        nodes = self.directory.register(aliases)
        fold_all(
            self.records, folds([Sighting(frozenset(nodes.values()), self.clock.now, left)], nodes)
        )
        return [nodes[alias] for alias in aliases]

    def leaves(self, digits: str, other: str) -> None:
        """The person of a number has another one from now on."""
        aliases = [Alias(AliasKind.PHONE, digits), Alias(AliasKind.PHONE, other)]
        self._seen(aliases, frozenset({self.person(digits)}))

    def contact(self, node: str) -> str:
        return self.directory.person_behind(node, float("inf"))[0].contact_id

    def subject(self, node: str) -> Subject:
        person, nodes = self.directory.person_behind(node, float("inf"))
        return Subject(person=person, nodes=nodes)

    def thread(self, node: str, number: str = NUMBER) -> str:
        thread = thread_id(number, node)
        self.put(Key(f"THREAD#{thread}", "THREAD"))
        return f"{number}.{self.contact(node)}"

    # --- holds

    def asked(self, **scope: Any) -> Asked:
        return asked_from(json.dumps({**WORDS, **scope}).encode())

    def place(self, key: str = "case 1", **scope: Any) -> Hold:
        return self.holds.place(self.asked(**scope), idempotency_key=key, caller=LAWYER)

    def run(self, hold: Hold) -> Hold:
        """The workflow of a hold, from one end to the other."""
        for part in self.holding.plan(hold.id):
            self.holding.part(hold.id, part)
        self.holding.finish(hold.id)
        return self.load(hold)

    def hold_active(self, key: str = "case 1", **scope: Any) -> Hold:
        return self.run(self.place(key, **scope))

    def lift(self, hold: Hold) -> Hold:
        self.holds.ask_to_lift(hold.id, caller=LAWYER)
        return self.run(self.holds.lift(hold.id, caller=PARTNER))

    def load(self, hold: Hold) -> Hold:
        found = self.store.load(hold.id)
        assert found is not None
        return found

    # --- deleting, as everybody does it

    def put(self, key: Key) -> None:
        self.client.put_item(TableName="conversations", Item=encode(key._asdict()))

    def look(self, node: str, *, at_ms: int | None = None, number: str | None = NUMBER) -> Sight:
        """At something of this alias, to be deleted."""
        key = Key(f"THING#{node}#{at_ms}#{number}", "THING")
        self.put(key)
        guard = self.guards.read([node])[node]
        return Sight(key, guard, not guard.held_by(phone_number_id=number, at_ms=at_ms))

    def delete(self, sight: Sight) -> bool:
        """Whether it is gone."""
        if not sight.is_free:
            return False
        gone = {"TableName": "conversations", "Key": encode(sight.key._asdict())}
        checks = self.guards.conditions([sight.guard])
        return transacted(self.client, [*checks, {"Delete": gone}])

    def deletes(self, node: str, **what: Any) -> bool:
        return self.delete(self.look(node, **what))
