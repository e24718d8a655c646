"""The ledger: events in, where people stand out.

An event is stored at the alias where it happened, and so are consents. What is said *against* a
purpose is also written into the states of all aliases of the same person, before `record` returns:
so whoever sends needs to hold on to the state of one alias only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf

from functions.core.audit.model import Actor
from functions.core.audit.model import Event as Entry
from functions.core.audit.vocabulary import Action
from functions.core.consent.commitment import commitment, salted
from functions.core.consent.errors import UnknownContactError
from functions.core.consent.items import event_item, state_from
from functions.core.consent.model import Event, Mark, State, against, folded, restricted
from functions.core.consent.standing import Standing, standing
from functions.core.consent.store import DynamoConsent, folding
from functions.core.consent.vocabulary import AGAINST, Kind, Purpose
from functions.core.contacts.model import Node, Person, content_key_id, generation, strongest
from functions.core.contacts.service import Directory
from functions.core.runtime.records import ContentionError, Item

_ROUNDS = 6  # against other writers of the same state

_ACTIONS = {
    Kind.REQUESTED: Action.CONSENT_REQUESTED,
    Kind.GIVEN: Action.CONSENT_GIVEN,
    Kind.REFUSED: Action.CONSENT_REFUSED,
    Kind.WITHDRAWN: Action.CONSENT_WITHDRAWN,
    Kind.EXPIRED: Action.CONSENT_EXPIRED,
    Kind.INVALIDATED: Action.CONSENT_INVALIDATED,
    Kind.DISREGARDED: Action.CONSENT_DISREGARDED,
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """Who has an event recorded, as the audit log names them, and in which request."""

    by: Actor
    request: str = ""


@dataclass(frozen=True)
class View:
    """Where a person stands with every purpose. `restricted`: nothing may be sent to them."""

    person: Person
    standings: Mapping[Purpose, Standing]
    restricted: bool


@dataclass(frozen=True)
class Recorded:
    """`is_new` False: the event was there already."""

    event: Event
    contact_id: str
    is_new: bool


class Ledger:
    def __init__(
        self,
        *,
        store: DynamoConsent,
        directory: Directory,
        now_ms: Callable[[], int],
        new_salt: Callable[[], str],
    ) -> None:
        self.store = store
        self.directory = directory
        self._now_ms = now_ms
        self._new_salt = new_salt

    def record(self, event: Event, told: Told) -> Recorded:
        """Store an event once, its entry with it. When it is against, nobody of theirs is left."""
        person, nodes = self.directory.person_behind(event.node, event.at_ms)
        key = content_key_id(event.node, generation(nodes, event.node, event.at_ms))
        is_new = self._append(event, key, person.contact_id, told)
        if event.kind in AGAINST:
            self._spread(event)
        return Recorded(event, person.contact_id, is_new)

    def view(self, contact_id: str) -> View:
        found = self.directory.person(contact_id)
        if found is None:
            raise UnknownContactError("no contact has this id")
        return self.of(*found)

    def of(self, person: Person, nodes: Mapping[str, Node], *, consistent: bool = True) -> View:
        states = self.states(person, consistent=consistent)
        now_ms = self._now_ms()
        return View(
            person,
            {p: standing(p, states, person, nodes, now_ms=now_ms) for p in Purpose},
            restricted=is_restricted(states, person),
        )

    def states(self, person: Person, *, consistent: bool) -> dict[str, State]:
        wanted = {span.node for span in person.spans}
        items = self.store.items(wanted, consistent=consistent)
        return {node: state_from(item) for node, item in items.items()}

    def history(self, contact_id: str) -> list[tuple[Event, int]]:
        """Everything about a person, the first first, each with when it was recorded."""
        found = self.directory.person(contact_id)
        if found is None:
            raise UnknownContactError("no contact has this id")
        person = found[0]
        events = [
            (event, recorded_ms)
            for node in sorted({span.node for span in person.spans})
            for event, recorded_ms in self.store.events(node)
            if any(span.node == node and span.holds(event.at_ms) for span in person.spans)
        ]
        return sorted(events, key=lambda each: (each[0].at_ms, each[0].id))

    def carry(self, node: str) -> None:
        """After aliases were found to be one person's: each of them knows what the others know."""
        person, _ = self.directory.person_behind(node, inf, consistent=True)
        everyone = {span.node for span in person.spans}
        states = self.states(person, consistent=True)
        said = [
            (purpose, origin, mark)
            for state in states.values()
            for purpose, cell in state.cells.items()
            for origin, mark in cell.against.items()
        ]
        for purpose, origin, mark in said:
            self._copy(purpose, origin, mark, everyone)
        for since_ms, on in _restrictions(states, person):
            self._restrict(person, since_ms, on)

    def restrict(self, contact_id: str, *, on: bool) -> Person:
        """From now on nothing may be sent to this person, or may again."""
        found = self.directory.person(contact_id)
        if found is None:
            raise UnknownContactError("no contact has this id")
        person, at_ms = found[0], self._now_ms()
        self._restrict(person, at_ms, on)
        return person

    def _restrict(self, person: Person, at_ms: int, on: bool) -> None:  # noqa: FBT001 (as stored)
        """At every alias that is theirs at that moment: the next owner's state is not theirs."""
        fold = folding(lambda state: restricted(state, at_ms, on=on))
        self.store.fold({span.node: fold for span in person.spans if span.holds(at_ms)})

    def node_of(self, contact_id: str) -> str:
        """The alias at which something that a person did elsewhere is recorded."""
        found = self.directory.person(contact_id)
        if found is None:
            raise UnknownContactError("no contact has this id")
        person = found[0]
        return strongest(person.current or [span.node for span in person.spans])

    def _append(self, event: Event, key: str, contact_id: str, told: Told) -> bool:
        now_ms = self._now_ms()
        event = replace(event, evidence=salted(event.evidence, self._new_salt()))
        entry = _entry(event, contact_id, told, now_ms)
        for _ in range(_ROUNDS):
            before: Item | None = self.store.items([event.node], consistent=True).get(event.node)
            after = folded(state_from(before), event)
            if self.store.append(
                event, key=key, before=before, after=after, now_ms=now_ms, entry=entry
            ):
                return True
            if self.store.has(event):
                return False
        raise ContentionError("the state of a consent kept changing")

    def _spread(self, event: Event) -> None:
        """Until no alias of theirs is new: one may have become known meanwhile."""
        done = {event.node}
        mark = Mark(event.at_ms, event.id, event.kind, request=event.request)
        while True:
            person, _ = self.directory.person_behind(event.node, event.at_ms, consistent=True)
            others = {span.node for span in person.spans} - done
            if not others:
                return
            self._copy(event.purpose, event.node, mark, others)
            done |= others

    def _copy(self, purpose: Purpose, origin: str, mark: Mark, others: set[str]) -> None:
        fold = folding(lambda state: against(state, purpose, origin, mark))
        self.store.fold(dict.fromkeys(others, fold))


def is_restricted(states: Mapping[str, State], person: Person) -> bool:
    """At one alias of theirs."""
    return any(on for _, on in _restrictions(states, person))


def _restrictions(states: Mapping[str, State], person: Person) -> list[tuple[int, bool]]:
    """Made while an alias was theirs: the next owner of a number starts anew."""
    return [
        state.restriction
        for node, state in states.items()
        for span in person.spans
        if span.node == node and state.restriction and span.holds(state.restriction[0])
    ]


def _entry(event: Event, contact_id: str, told: Told, now_ms: int) -> Entry:
    """Says what happened and commits to the evidence; shows none of it."""
    item = event_item(event, key="", recorded_ms=now_ms)
    return Entry(
        action=_ACTIONS[event.kind],
        by=told.by,
        on=(contact_id,),
        what=f"consent/{event.id}",
        purpose=event.purpose.value,
        request=told.request,
        facts={
            "method": event.method.value,
            "commitment": commitment(item),
            **({"strength": event.strength.name.lower()} if event.strength else {}),
            **({"notice": f"{event.notice.id}@{event.notice.version}"} if event.notice else {}),
            **({"reason": event.reason} if event.reason else {}),
        },
    )
