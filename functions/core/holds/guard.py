"""What stands between data and its deletion: guards, which every deletion's transaction checks.

A hold that covers people is written to the guard of each of their aliases; one that covers
everybody in a range of time to the guards of all shards. Whoever deletes something of an alias
reads both of its guards, leaves out what they cover, and deletes the rest in a transaction that
fails when one of the two has changed since. So a hold that is placed holds: there is no moment at
which something it covers is still deleted.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from functions.core.retention.due import shard_of
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Covered:
    """What one hold covers at one alias: of one number of the business or of all, in a range.

    `from_ms` is in the range, `until_ms` is not.
    """

    phone_number_id: str | None = None
    from_ms: int | None = None
    until_ms: int | None = None

    def covers(self, *, phone_number_id: str | None, at_ms: int | None) -> bool:
        """None: of no number, of no time; such a thing is covered by whatever covers the alias."""
        numbers = {phone_number_id, self.phone_number_id} - {None}
        if len(numbers) > 1:
            return False
        if at_ms is None:
            return True
        begun = self.from_ms is None or at_ms >= self.from_ms
        return begun and (self.until_ms is None or at_ms < self.until_ms)


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Of one alias, with that of its shard. `seen`: versions of both, for the condition."""

    node: str
    holds: Mapping[str, Covered] = field(default_factory=dict)
    seen: Mapping[Key, int] = field(default_factory=dict)

    def held_by(self, *, phone_number_id: str | None = None, at_ms: int | None = None) -> list[str]:
        """Ids of the holds that keep something of this alias; without arguments: anything of it."""
        return sorted(
            hold_id
            for hold_id, covered in self.holds.items()
            if covered.covers(phone_number_id=phone_number_id, at_ms=at_ms)
        )


def node_key(node: str) -> Key:
    return Key(f"GUARD#{node}", "GUARD")


def shard_key(shard: int) -> Key:
    return Key(f"GUARD#SHARD#{shard}", "GUARD")


class Guards:
    """In the table `compliance`: `holds` (hold id → what it covers) and `version`, a number."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._records = DynamoRecords(client, table)
        self._table = table

    def read(self, nodes: Collection[str]) -> dict[str, Guard]:
        wanted = {key for node in nodes for key in _keys(node)}
        items = self._records.load(wanted, consistent=True)
        return {node: _guard(node, items) for node in nodes}

    def conditions(self, guards: Iterable[Guard]) -> list[Any]:
        """Parts of a transaction: nothing was placed or lifted since the guards were read."""
        seen = {key: version for guard in guards for key, version in guard.seen.items()}
        return [{"ConditionCheck": self._unchanged(key, at)} for key, at in sorted(seen.items())]

    def change(self, keys: Collection[Key], hold_id: str, covered: Covered | None) -> None:
        """Write a hold to these guards, or take it from them (None). May be repeated."""
        for key in sorted(keys):
            while not self._changed(key, hold_id, covered):
                pass  # somebody else changed it meanwhile: theirs stays, ours is added

    def _changed(self, key: Key, hold_id: str, covered: Covered | None) -> bool:
        item = self._records.load([key], consistent=True).get(key, {})
        before = dict(item.get("holds", {}))
        after = {name: told for name, told in before.items() if name != hold_id}
        if covered is not None:
            after[hold_id] = {name: v for name, v in vars(covered).items() if v is not None}
        if after == before:
            return True
        expression = Expression()
        expression.expect("version", item.get("version"))
        expression.set("version", item.get("version", 0) + 1)
        expression.set("holds", after)
        return self._records.update(expression, key)

    def _unchanged(self, key: Key, version: int) -> dict[str, Any]:
        expression = Expression()
        expression.expect("version", version or None)
        return expression.check(self._table, key._asdict())


def _keys(node: str) -> tuple[Key, Key]:
    return node_key(node), shard_key(shard_of(node))


def _guard(node: str, items: Mapping[Key, Item]) -> Guard:
    found = {key: items.get(key, {}) for key in _keys(node)}
    holds = {
        hold_id: Covered(**told)
        for item in found.values()
        for hold_id, told in item.get("holds", {}).items()
    }
    seen = {key: int(item.get("version", 0)) for key, item in found.items()}
    return Guard(node=node, holds=holds, seen=seen)
