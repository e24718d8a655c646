"""Disposing of a record with everything in its partition, and of the key that it alone has."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from functions.core.holds.guard import Guard
from functions.core.retention.deleting import Deleter, packed
from functions.core.retention.disposed import Disposed
from functions.core.retention.errors import InUseError
from functions.core.retention.keys import KeyDestroyer
from functions.core.retention.listing import TABLES, Listing, Unit
from functions.core.retention.threads import objects_of
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import ContentionError, Item, Key

_ROUNDS = 6
# kind of record → its own content key begins so
_KEYS = {"EXPORT": "export", "IMPORT": "import", "RIGHTS": "request", "HOLD": "hold"}
# records with nothing beside them in their partition
_ALONE = ("ACCOUNT",)


class Partitions:
    """`records`: by our own name of the table, as it is stored."""

    def __init__(
        self,
        *,
        deleter: Deleter,
        listing: Listing,
        keys: KeyDestroyer,
        records: Mapping[str, DynamoRecords],
        now_ms: Callable[[], int],
    ) -> None:
        self._deleter = deleter
        self._listing = listing
        self._keys = keys
        self._records = records
        self._now_ms = now_ms

    def dispose(self, unit: Unit) -> Disposed:
        table = TABLES[unit.kind]
        counts: Counter[str] = Counter()
        for _ in range(_ROUNDS):
            item = self._records[table].load([unit.key], consistent=True).get(unit.key)
            if item is None or item.get("retain_at") != unit.place:  # gone, or counted from later
                return Disposed(counts)
            if item.get("lease_ms", 0) > self._now_ms():
                raise InUseError("a file is being settled")
            node = node_of(unit.key, item)
            guard = self._deleter.guards.read([node])[node]
            number = item.get("phone_number_id")
            if held := guard.held_by(phone_number_id=number, at_ms=unit.at_ms):
                return Disposed(counts, Counter(held))
            if self._deleted(table, unit.key, item, guard, counts):
                return Disposed(counts)
        raise ContentionError("a record that is to be deleted kept changing")

    def _deleted(
        self, table: str, key: Key, item: Item, guard: Guard, counts: Counter[str]
    ) -> bool:
        """Its key first: nobody would find it later. The record itself last."""
        if not self._key_destroyed(key, guard, counts):
            return False
        expecting = {key: {"retain_at": item["retain_at"], "attempts": item.get("attempts")}}
        objects = sorted(objects_of(key, item))
        for part in packed([*self._beside(table, key), key], self._deleter.room([guard])):
            is_last = key in part
            done = self._deleter.delete(
                table,
                part,
                guards=[guard],
                expecting=expecting if is_last else None,
                objects=objects if is_last else (),
            )
            if done is None:
                return False
            counts.update(done)
        return True

    def _key_destroyed(self, key: Key, guard: Guard, counts: Counter[str]) -> bool:
        kind, _, name = key.pk.partition("#")
        if kind not in _KEYS:
            return True
        done = self._keys.destroy([f"{_KEYS[kind]}~{name}"], guards=[guard], reason="retention")
        counts.update({"keys.key": len(done.destroyed)} if done.destroyed else {})
        return not done.changed and not done.held

    def _beside(self, table: str, key: Key) -> Sequence[Key]:
        if key.pk.startswith(_ALONE):
            return ()
        return [other for other in self._listing.partition(table, key.pk) if other != key]


def node_of(key: Key, item: Item) -> str:
    """Whose guard stands before a record: of the alias that it is about, else one of its own."""
    kind, _, name = key.pk.partition("#")
    if kind in ("WISH", "REQUEST"):
        return str(item["node"])
    if kind == "RIGHTS" and item.get("contact_id"):
        return str(item["contact_id"]).partition("~")[0]
    if kind in ("ACCOUNT", "MEDIA"):
        owner = str(item["key"])
        return owner if owner.startswith(("account~", "business~")) else owner.partition("~")[0]
    return name
