"""Disposing of what is known of the consents at one alias: all of it at once, or nothing."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from functions.core.consent.items import state_key
from functions.core.conversations.model import moment_ms
from functions.core.holds.guard import Guard
from functions.core.retention.deleting import Deleter, packed
from functions.core.retention.disposed import Disposed, summed
from functions.core.retention.listing import Listing
from functions.core.retention.signs import Signs
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import ContentionError, Item, Key

_ROUNDS = 6


@dataclass(frozen=True)
class _Found:
    """`at_ms`: of each record, None: of no time. `state`: the item, {} when there is none."""

    state: Item
    at_ms: Mapping[Key, int | None]

    @property
    def counted_from(self) -> int:
        """The last event, or the end of the longest validity; as long as neither is known, 0."""
        if "retain_at" in self.state:
            return int(self.state["retain_at"][:13])
        return max((ms for ms in self.at_ms.values() if ms is not None), default=0)


class Consents:
    """`records`: the consent table, as it is stored."""

    def __init__(
        self, *, deleter: Deleter, listing: Listing, records: DynamoRecords, signs: Signs
    ) -> None:
        self._deleter = deleter
        self._listing = listing
        self._records = records
        self._signs = signs

    def since(self, nodes: Collection[str]) -> dict[str, int]:
        """From when (ms) consents at these aliases are counted, where there are any."""
        states = self._records.load([state_key(node) for node in nodes], consistent=True)
        return {
            key.pk.removeprefix("CONSENT#"): int(item["retain_at"][:13])
            for key, item in states.items()
            if "retain_at" in item
        }

    def dispose(self, node: str, *, before_ms: int | None) -> Disposed:
        """Of CONSENT#<node>; None: with the requests and wishes that stand behind it.

        Those have a time of their own, by which a run finds them.
        """
        parts: list[Disposed] = []
        for _ in range(_ROUNDS):
            found = self._found(node, behind=before_ms is None)
            if before_ms is not None and found.counted_from >= before_ms:
                return summed(parts)
            guard = self._deleter.guards.read([node])[node]
            holds = {key: guard.held_by(at_ms=at_ms) for key, at_ms in found.at_ms.items()}
            held = Counter(hold for each in holds.values() for hold in each)
            free = [key for key, each in holds.items() if not each and key != state_key(node)]
            if state_key(node) in found.at_ms and not held:
                free.append(state_key(node))
            if before_ms is not None and free:
                self._signs.note(node, found.counted_from)
            if self._deleted(node, free, found.state, guard, parts):
                return summed([*parts, Disposed(held=held)])
        raise ContentionError("a consent that is to be deleted kept changing")

    def _deleted(
        self, node: str, keys: list[Key], state: Item, guard: Guard, parts: list[Disposed]
    ) -> bool:
        """The state last: it is what all of this is found by."""
        expecting = {state_key(node): {"digest": state.get("digest")}}
        for part in packed(keys, self._deleter.room([guard])):
            done = self._deleter.delete("consent", part, guards=[guard], expecting=expecting)
            if done is None:
                return False
            parts.append(Disposed(done))
        return True

    def _found(self, node: str, *, behind: bool) -> _Found:
        mine = self._listing.partition("consent", state_key(node).pk)
        items = self._records.load(list(mine), consistent=True)
        others = self._behind(items) if behind else {}
        at_ms = {key: _at_ms(key, item) for key, item in (items | others).items()}
        return _Found(items.get(state_key(node), {}), at_ms)

    def _behind(self, items: Mapping[Key, Item]) -> dict[Key, Item]:
        named = {
            Key(f"REQUEST#{item['request']}", "REQUEST")
            for item in items.values()
            if item.get("request")
        }
        wished = {
            Key(f"WISH#{key.sk.partition('#')[2]}", "WISH")
            for key in items
            if key.sk.startswith("WISH#")
        }
        return self._records.load([*sorted(named), *sorted(wished)], consistent=True)


def _at_ms(key: Key, item: Item) -> int | None:
    """Events and requests have a time; a state is of all of it."""
    if key.sk.startswith("EVENT#"):
        return moment_ms(key.sk.partition("#")[2])
    return None if key.sk == "STATE" else item.get("at_ms")
