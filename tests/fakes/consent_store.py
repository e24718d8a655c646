"""The ledger's table in memory; one suite of contracts holds it and `DynamoConsent` to the same."""

from collections.abc import Collection, Mapping
from typing import Any

from functions.core.audit.model import Event as Entry
from functions.core.consent.items import (
    event_from,
    event_item,
    event_key,
    event_place,
    state_from,
    state_item,
    state_key,
)
from functions.core.consent.model import Event, State
from functions.core.runtime.records import Fold, Item, Key, fold_all
from tests.fakes.records import MemoryRecords


class MemoryConsent:
    def __init__(self) -> None:
        self.records = MemoryRecords()
        self.entries: list[Entry] = []

    def items(self, nodes: Collection[str], *, consistent: bool) -> dict[str, Item]:
        keys = {state_key(node): node for node in nodes}
        return {keys[key]: item for key, item in self.records.load(keys).items()}

    def append(
        self,
        event: Event,
        *,
        key: str,
        before: Item | None,
        after: State,
        now_ms: int,
        entry: Entry,
    ) -> bool:
        place, state = event_key(event), state_key(event.node)
        with self.records.lock:
            known = self.records.items.get(state, {})
            if place in self.records.items or known.get("digest") != (before or {}).get("digest"):
                return False
            item = event_item(event, key=key, recorded_ms=now_ms)
            self.records.items[place] = {**place._asdict(), **item}
            self.records.items[state] = {**known, **state._asdict(), **state_item(after)}
            self.entries.append(entry)
            return True

    def has(self, event: Event) -> bool:
        return event_key(event) in self.records.items

    def event(self, node: str, at_ms: int, name: str) -> Event | None:
        item = self.records.items.get(event_place(node, at_ms, name))
        return None if item is None else event_from(item)

    def fold(self, folds: Mapping[str, Fold]) -> None:
        fold_all(self.records, {state_key(node): fold for node, fold in folds.items()})

    def events(self, node: str) -> list[tuple[Event, int]]:
        found = [
            item
            for key, item in sorted(self.records.items.items())
            if key.pk == state_key(node).pk and key.sk.startswith("EVENT#")
        ]
        return [(event_from(item), item["recorded_ms"]) for item in found]

    def note_told(
        self, node: str, told: Mapping[str, Any], *, before: Mapping[str, Any] | None
    ) -> bool:
        key = state_key(node)
        with self.records.lock:
            known = self.records.items.get(key, {})
            if known.get("told") != before:
                return False
            self.records.items[key] = {**known, **key._asdict(), "told": told}
            return True

    def request(self, request_id: str) -> Item | None:
        key = _request_key(request_id)
        return self.records.load([key]).get(key)

    def keep_request(self, request_id: str, attributes: Mapping[str, Any]) -> bool:
        key = _request_key(request_id)
        with self.records.lock:
            if key in self.records.items:
                return False
            self.records.items[key] = {**key._asdict(), **attributes}
            return True

    def everything(self) -> list[Event]:
        """Of everybody, the first first."""
        nodes = {key.pk.removeprefix("CONSENT#") for key in self.records.items}
        events = [event for node in sorted(nodes) for event, _ in self.events(node)]
        return sorted(events, key=lambda event: (event.at_ms, event.id))

    def states(self) -> dict[str, State]:
        found = self.records.items.items()
        return {key.pk: state_from(item) for key, item in found if key.sk == "STATE"}


def _request_key(request_id: str) -> Key:
    return Key(f"REQUEST#{request_id}", "REQUEST")
