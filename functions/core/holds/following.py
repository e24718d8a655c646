"""Aliases that turn out to be a held person's: what is held at one is held at all of them."""

from collections.abc import Collection, Mapping
from typing import Protocol

from functions.core.holds.covering import Nodes, concern, people_of
from functions.core.holds.guard import Guards, node_key
from functions.core.holds.model import Hold
from functions.core.runtime.records import RecordStore


class Store(Protocol):
    def load(self, hold_id: str) -> Hold | None: ...

    def cover(self, hold_id: str, *, nodes: Collection[str], keys: Collection[str]) -> bool: ...


class Following:
    """`records`: of the table that guards lie in."""

    def __init__(self, *, store: Store, nodes: Nodes, guards: Guards, records: RecordStore) -> None:
        self._store = store
        self._nodes = nodes
        self._guards = guards
        self._records = records

    def follow(self, node: str) -> None:
        """After something was learnt of this alias. May be repeated."""
        nodes = self._nodes.nodes([node], consistent=True)
        guarded = self._guarded(frozenset(nodes))
        for hold_id in sorted({hold_id for holds in guarded.values() for hold_id in holds}):
            hold = self._store.load(hold_id)
            if hold is None or not hold.is_in_force:
                self._leave(hold_id, frozenset(nodes))
                continue
            covered = concern(hold, people_of(hold.scope, nodes)).covered or {}
            if self._store.cover(hold_id, nodes=frozenset(covered), keys=()):
                for each, what in covered.items():
                    self._guards.change([node_key(each)], hold_id, what)
            self._check(hold_id, frozenset(covered))

    def _guarded(self, nodes: frozenset[str]) -> Mapping[str, Mapping[str, object]]:
        """Of aliases alone: a range's guards stand at every shard already."""
        items = self._records.load([node_key(node) for node in nodes], consistent=True)
        return {key.pk: item.get("holds", {}) for key, item in items.items()}

    def _check(self, hold_id: str, nodes: frozenset[str]) -> None:
        """It may have been lifted while it was written; then whoever lifted it missed these."""
        hold = self._store.load(hold_id)
        if hold is None or not hold.is_in_force:
            self._leave(hold_id, nodes)

    def _leave(self, hold_id: str, nodes: frozenset[str]) -> None:
        self._guards.change([node_key(node) for node in nodes], hold_id, None)
