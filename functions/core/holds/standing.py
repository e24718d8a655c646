"""Which holds keep something of a person: for whoever wants to delete it, or must say why not."""

from math import inf

from functions.core.contacts.model import person_of
from functions.core.holds.covering import concern
from functions.core.holds.guard import Guards
from functions.core.holds.model import Hold, ScopeKind
from functions.core.holds.store import DynamoHolds
from functions.core.rights.subject import Subject


class Standing:
    def __init__(self, *, store: DynamoHolds, guards: Guards) -> None:
        self._store = store
        self._guards = guards

    def held(self, subject: Subject) -> list[Hold]:
        """Those in force that cover anything of this person, the first placed first."""
        guards = self._guards.read(subject.aliases).values()
        named = {hold_id for guard in guards for hold_id in guard.held_by()}
        holds = self._store.all(sorted(named)).values()
        found = [hold for hold in holds if hold.is_in_force and _is_about(hold, subject)]
        return sorted(found, key=lambda hold: (hold.placed_ms, hold.id))


def _is_about(hold: Hold, subject: Subject) -> bool:
    """An alias may have had other owners, and a range may lie before or after a person."""
    if hold.scope.kind is ScopeKind.RANGE:
        return _overlaps(hold, subject)
    people = (person_of(subject.nodes, contact_id) for contact_id in hold.scope.contacts)
    return any(person is not None and person.spans == subject.person.spans for person in people)


def _overlaps(hold: Hold, subject: Subject) -> bool:
    """Nothing of a person is from before they were first seen, or after they left an alias."""
    covered = concern(hold, ()).everybody
    begins = -inf if covered.from_ms is None else covered.from_ms
    ends = inf if covered.until_ms is None else covered.until_ms
    since = {n: node.since_ms for n, node in subject.nodes.items() if node.since_ms is not None}
    return any(
        max(span.after_ms + 1, since.get(span.node, -inf), begins) < min(span.until_ms + 1, ends)
        for span in subject.person.spans
    )
