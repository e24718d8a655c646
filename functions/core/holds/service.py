"""Placing a hold, asking for it to be lifted, lifting it, looking at it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.contacts.model import Person
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.content.keyring import KeyRing
from functions.core.conversations.model import thread_id
from functions.core.holds.asked import Asked
from functions.core.holds.covering import Covering
from functions.core.holds.errors import (
    HoldConflictError,
    LiftNotAskedError,
    NotInForceError,
    SecondPersonNeededError,
    UnknownHoldError,
    UnknownSubjectError,
)
from functions.core.holds.model import Hold, Scope, State, content_key, words_binding
from functions.core.holds.store import DynamoHolds
from functions.core.runtime.records import Key, RecordStore


class Machine(Protocol):
    def start(self, hold_id: str, attempt: int) -> None:
        """Run the workflow for this attempt; repeating is harmless."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, as the audit log names them, and in which request."""

    by: Actor
    request: str = ""

    @property
    def client_id(self) -> str:
        return self.by.id


class Holds:
    def __init__(
        self,
        *,
        store: DynamoHolds,
        covering: Covering,
        conversations: RecordStore,
        pseudonyms: Pseudonyms,
        ring: KeyRing,
        machine: Machine,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._covering = covering
        self._conversations = conversations
        self._pseudonyms = pseudonyms
        self._ring = ring
        self._machine = machine
        self._now_ms = now_ms

    def place(self, asked: Asked, *, idempotency_key: str, caller: Caller) -> Hold:
        """From the answer on, nothing it covers is deleted.

        The same key with the same body is the same hold; one whose placing was cut off goes on.
        """
        hold_id = f"h_{self._pseudonyms.of('hold', caller.client_id, idempotency_key)}"
        digest = self._pseudonyms.of("hold body", asked.canonical)
        hold = self._store.load(hold_id)
        if hold is None:
            new = self._new(hold_id, asked, caller, digest)
            self._store.create(new, _entry(new, caller, Action.HOLD_PLACED, Outcome.BEGUN))
            hold = self._known(hold_id)  # of two at once, the first counts
        if hold.body_digest != digest:
            raise HoldConflictError("this Idempotency-Key was used with another body")
        if hold.state is State.PLACING:
            self._covering.cover(hold)
            self._machine.start(hold.id, hold.attempt)
        return self._known(hold_id)

    def ask_to_lift(self, hold_id: str, *, caller: Caller) -> Hold:
        """The first who asks counts; asked again, nothing changes."""
        hold = self._known(hold_id)
        if hold.asked_by is None:
            if hold.state is not State.ACTIVE:
                raise NotInForceError("only an active hold can be lifted")
            self._store.ask_to_lift(
                hold_id,
                by=caller.client_id,
                now_ms=self._now_ms(),
                entry=_entry(hold, caller, Action.HOLD_LIFT_ASKED, Outcome.DONE),
            )
            hold = self._known(hold_id)
        return hold

    def lift(self, hold_id: str, *, caller: Caller) -> Hold:
        """By another than who asked for it. What is covered may be deleted from then on."""
        hold = self._known(hold_id)
        if hold.state is State.PLACING:
            raise NotInForceError("only an active hold can be lifted")
        if hold.asked_by is None:
            raise LiftNotAskedError("nobody has asked for this hold to be lifted")
        if hold.asked_by == caller.client_id:
            raise SecondPersonNeededError("who asked for it cannot lift it")
        if hold.state is State.ACTIVE:
            entry = _entry(hold, caller, Action.HOLD_LIFTED, Outcome.BEGUN)
            self._store.lift(hold, by=caller.client_id, now_ms=self._now_ms(), entry=entry)
            hold = self._known(hold_id)
        if hold.state is State.LIFTING:
            self._covering.uncover(hold)
            self._machine.start(hold.id, hold.attempt)
        return hold

    def show(self, hold_id: str) -> tuple[Hold, dict[str, str]]:
        """With its words, opened."""
        hold = self._known(hold_id)
        sealed = {"matter": hold.sealed_matter, "authority": hold.sealed_authority}
        self._ring.prepare([hold.key], create=False)
        return hold, {
            name: self._ring.open(hold.key, words_binding(hold_id, name), data).decode()
            for name, data in sealed.items()
        }

    def page(self, *, before: str | None, limit: int) -> tuple[list[Hold], str | None]:
        return self._store.page(before=before, limit=limit)

    def _known(self, hold_id: str) -> Hold:
        hold = self._store.load(hold_id)
        if hold is None:
            raise UnknownHoldError("no legal hold has this id")
        return hold

    def _new(self, hold_id: str, asked: Asked, caller: Caller, digest: str) -> Hold:
        self._check(asked.scope)
        key = content_key(hold_id)
        self._ring.prepare([key], create=True)

        def sealed(name: str, text: str) -> bytes:
            return self._ring.seal(key, words_binding(hold_id, name), text.encode())

        return Hold(
            id=hold_id,
            scope=asked.scope,
            state=State.PLACING,
            placed_by=caller.client_id,
            placed_ms=self._now_ms(),
            body_digest=digest,
            sealed_matter=sealed("matter", asked.matter),
            sealed_authority=sealed("authority", asked.authority),
        )

    def _check(self, scope: Scope) -> None:
        people = [subject.person for subject in self._covering.subjects(scope)]
        if scope.phone_number_id is not None:
            for person in people:
                self._check_conversation(person, scope.phone_number_id)

    def _check_conversation(self, person: Person, number: str) -> None:
        threads = [thread_id(number, span.node) for span in person.spans]
        if not self._conversations.load([Key(f"THREAD#{thread}", "THREAD") for thread in threads]):
            raise UnknownSubjectError("no conversation has this id")


def _entry(hold: Hold, caller: Caller, action: Action, outcome: Outcome) -> Event:
    facts: dict[str, Any] = {"scope": hold.scope.kind.value}
    if hold.scope.incident is not None:
        facts["incident"] = hold.scope.incident
    return Event(
        action=action,
        by=caller.by,
        on=hold.scope.contacts,
        what=f"hold/{hold.id}",
        request=caller.request,
        outcome=outcome,
        facts=facts,
    )
