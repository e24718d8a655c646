"""What should have gone and is still there, though no hold keeps it: something fails."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from functions.core.conversations.model import split_thread
from functions.core.holds.guard import Guards
from functions.core.retention.due import SHARDS
from functions.core.retention.kinds import DataKind
from functions.core.retention.listing import TABLES, Listing, Unit
from functions.core.retention.partitions import node_of
from functions.core.retention.rules import DAY_MS
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import Item

# a run a day, and one that fails
GRACE_MS = 2 * DAY_MS
_TOGETHER = 50


class Overdue:
    """`records`: by our own name of the table. `before_ms`: of a kind, when it is due."""

    def __init__(
        self,
        *,
        listing: Listing,
        guards: Guards,
        records: Mapping[str, DynamoRecords],
        before_ms: Callable[[DataKind], int],
    ) -> None:
        self._listing = listing
        self._guards = guards
        self._records = records
        self._before_ms = before_ms

    def count(self) -> int:
        """Costs as much as there is overdue or held."""
        total = 0
        for kind in TABLES:
            for shard in range(SHARDS):
                before_ms = self._before_ms(kind) - GRACE_MS
                listed = self._listing.due(kind, shard, before_ms=before_ms)
                while batch := list(islice(listed, _TOGETHER)):
                    total += sum(not held for held in self._held(kind, batch))
        return total

    def _held(self, kind: DataKind, batch: list[Unit]) -> Iterator[bool]:
        items = self._records[TABLES[kind]].load([unit.key for unit in batch])
        nodes = {unit: _node(unit, items[unit.key]) for unit in batch if unit.key in items}
        guards = self._guards.read(set(nodes.values()))
        for unit, node in nodes.items():
            number = None
            if unit.key.sk == "THREAD":
                number = split_thread(unit.key.pk.removeprefix("THREAD#"))[0]
            at_ms = None if kind is DataKind.CONTACT else unit.at_ms
            yield bool(guards[node].held_by(phone_number_id=number, at_ms=at_ms))


def _node(unit: Unit, item: Item) -> str:
    kind, _, name = unit.key.pk.partition("#")
    if kind == "THREAD":
        return split_thread(name)[1]
    return name if kind in ("NODE", "CONSENT") else node_of(unit.key, item)
