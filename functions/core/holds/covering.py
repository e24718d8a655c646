"""Writing a hold to what it covers: guards first, then keys. Everything may be repeated.

Somebody's aliases may become known while it is written. Both sides write before they read: here
guards, then the directory once more; whoever links aliases (`following.py`) links, then guards.
So at least one of the two sees what the other did.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from functions.core.contacts.model import Node, Person, person_of
from functions.core.holds import policy
from functions.core.holds.coverage import Concern, concern_of
from functions.core.holds.errors import UnknownSubjectError
from functions.core.holds.guard import Covered, Guards, node_key, shard_key
from functions.core.holds.model import Hold, Scope, ScopeKind
from functions.core.retention.due import SHARDS
from functions.core.rights.subject import Subject
from functions.core.runtime.records import Key


class Store(Protocol):
    def cover(self, hold_id: str, *, nodes: Collection[str], keys: Collection[str]) -> bool: ...


class Nodes(Protocol):
    def nodes(self, start: Collection[str], *, consistent: bool) -> Mapping[str, Node]: ...


class Keys(Protocol):
    def hold(self, key_id: str, hold_id: str) -> bool: ...

    def release(self, key_id: str, hold_id: str) -> None: ...


class Covering:
    def __init__(self, *, store: Store, nodes: Nodes, guards: Guards, keys: Keys) -> None:
        self._store = store
        self._nodes = nodes
        self._guards = guards
        self._keys = keys

    def subjects(self, scope: Scope) -> list[Subject]:
        """UnknownSubjectError when one of them is nobody."""
        return [self._subject(contact_id) for contact_id in scope.contacts]

    def cover(self, hold: Hold) -> bool:
        """From when this is done, nothing it covers is deleted; False when it is over."""
        if hold.scope.kind is ScopeKind.RANGE:
            # whoever destroys a key asks its alias's guards, and a range names no keys
            self._write(hold, {key: concern(hold, ()).everybody for key in _SHARD_KEYS})
            return True
        written: Mapping[str, Covered] | None = None
        while True:
            subjects = self.subjects(hold.scope)
            wanted = concern(hold, [subject.person for subject in subjects]).covered or {}
            if wanted == written:
                return self._hold_keys(hold, subjects)
            if not self._store.cover(hold.id, nodes=wanted, keys=()):
                return False
            self._write(hold, {node_key(node): each for node, each in wanted.items()})
            written = wanted

    def uncover(self, hold: Hold) -> None:
        nodes = () if hold.scope.kind is ScopeKind.RANGE else hold.nodes
        keys = _SHARD_KEYS if hold.scope.kind is ScopeKind.RANGE else map(node_key, nodes)
        self._guards.change(set(keys), hold.id, None)
        for key_id in sorted(hold.keys):
            self._keys.release(key_id, hold.id)

    def concern(self, hold: Hold) -> Concern:
        return concern(hold, [subject.person for subject in self.subjects(hold.scope)])

    def _hold_keys(self, hold: Hold, subjects: Iterable[Subject]) -> bool:
        """Beside the guards: a held key also shows where an epoch waits for it."""
        keys = sorted({key_id for subject in subjects for key_id in subject.keys})
        if not self._store.cover(hold.id, nodes=(), keys=keys):
            return False
        for key_id in keys:
            self._keys.hold(key_id, hold.id)
        return True

    def _write(self, hold: Hold, covered: Mapping[Key, Covered]) -> None:
        for key, each in covered.items():
            self._guards.change([key], hold.id, each)

    def _subject(self, contact_id: str) -> Subject:
        nodes = self._nodes.nodes([contact_id.partition("~")[0]], consistent=True)
        person = person_of(nodes, contact_id)
        if person is None:
            raise UnknownSubjectError("no contact has this id")
        return Subject(person=person, nodes=nodes)


_SHARD_KEYS = tuple(shard_key(shard) for shard in range(SHARDS))


def concern(hold: Hold, people: Iterable[Person]) -> Concern:
    margin_ms = policy.number("cover", "margin") * policy.DAY_MS
    return concern_of(hold.scope, people, margin_ms=margin_ms)


def people_of(scope: Scope, nodes: Mapping[str, Node]) -> list[Person]:
    """Those of a hold's contacts that are among these nodes."""
    found = (person_of(nodes, contact_id) for contact_id in scope.contacts)
    return [person for person in found if person is not None]
