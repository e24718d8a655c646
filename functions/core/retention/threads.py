"""Disposing of a thread: its messages with everything beside them, its files, then itself."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from functions.core.conversations.model import moment_ms, split_thread, thread_attributes
from functions.core.holds.guard import Guard
from functions.core.media.model import object_name
from functions.core.retention.deleting import Deleter
from functions.core.retention.disposed import Disposed, summed
from functions.core.retention.errors import InUseError
from functions.core.retention.listing import Listing
from functions.core.retention.signs import Signs
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import ContentionError, Item, Key

# of messages looked at together; what lies beside them may be more
_TOGETHER = 90
# against holds that are placed, and webhooks that come in
_ROUNDS = 6
# of items in one transaction (TransactWriteItems, API reference, 2026), with room for estimates
_MOST_BYTES = 3_000_000

_BESIDE = {"MESSAGE": "PARTICIPANT#", "MEDIA": "ACCESS#"}


class Threads:
    """`records`: the conversations table, as it is stored."""

    def __init__(
        self,
        *,
        deleter: Deleter,
        listing: Listing,
        records: DynamoRecords,
        signs: Signs,
        now_ms: Callable[[], int],
    ) -> None:
        self._deleter = deleter
        self._listing = listing
        self._records = records
        self._signs = signs
        self._now_ms = now_ms

    def dispose(
        self, thread: str, *, before_ms: int | None, after_ms: int | None = None
    ) -> Disposed:
        """None: everything. Repeated, it also finds what came in meanwhile.

        `after_ms`: what is not later stays: the alias was somebody else's then.
        """
        parts: list[Disposed] = []
        first_kept = None if after_ms is None else self._listing.first_from(thread, 0)
        listed = (
            item
            for item in self._listing.timeline(thread, before_ms=before_ms)
            if after_ms is None or moment_ms(item["at"]) > after_ms
        )
        while batch := {Key(i["pk"], i["sk"]): str(i["at"]) for i in islice(listed, _TOGETHER)}:
            disposed, kept = self._batch(thread, batch)
            first_kept = min(filter(None, (first_kept, kept)), default=None)
            parts.append(disposed)
        left = self._listing.first_from(thread, before_ms) if before_ms is not None else None
        first = min(filter(None, (first_kept, left)), default=None)
        return summed([*parts, self._itself(thread, first, before_ms)])

    def _batch(self, thread: str, batch: Mapping[Key, str]) -> tuple[Disposed, str | None]:
        """What went, and the position of the oldest that a hold keeps."""
        number, node = split_thread(thread)
        counts: Counter[str] = Counter()
        for attempt in range(_ROUNDS):
            guard = self._deleter.guards.read([node])[node]
            holds = {
                key: guard.held_by(phone_number_id=number, at_ms=moment_ms(at))
                for key, at in batch.items()
            }
            free = [key for key in batch if not holds[key]]
            # an index may be late, and show what is gone
            items = self._records.load(free, consistent=attempt > 0)
            if self._deleted(items, guard, counts):
                kept = [at for key, at in batch.items() if holds[key]]
                held = Counter(hold for each in holds.values() for hold in each)
                return Disposed(counts, held), min(kept, default=None)
        raise ContentionError("messages that are to be deleted kept changing")

    def _deleted(self, items: Mapping[Key, Item], guard: Guard, counts: Counter[str]) -> bool:
        """What lies beside a record goes first: it is found by it."""
        for part in _parts(self._with_beside(items), self._deleter.room([guard])):
            mine = {key: items[key] for key in part if key in items}
            done = self._deleter.delete(
                "conversations",
                part,
                guards=[guard],
                expecting={key: _expected(item) for key, item in mine.items()},
                objects=sorted({name for k, i in mine.items() for name in objects_of(k, i)}),
            )
            if done is None:
                return False
            counts.update(done)
        return True

    def _with_beside(self, items: Mapping[Key, Item]) -> Iterator[tuple[Key, int]]:
        for key, item in items.items():
            if item.get("lease_ms", 0) > self._now_ms():
                raise InUseError("a file is being fetched")
            if _has_beside(key, item):
                below = _BESIDE[key.pk.partition("#")[0]]
                for beside in self._listing.partition("conversations", key.pk, below=below):
                    yield beside, 1024
            yield key, len(repr(item))

    def _itself(self, thread: str, first: str | None, before_ms: int | None) -> Disposed:
        key = Key(f"THREAD#{thread}", "THREAD")
        for _ in range(_ROUNDS):
            item = self._records.load([key], consistent=True).get(key)
            if item is None:
                return Disposed()
            # something lies on it that the index does not show yet
            is_late = before_ms is not None and item["last_ms"] >= before_ms
            if first is not None or is_late:
                if self._deleter.rehearse or self._counted_from(key, thread, item, first):
                    return Disposed()
                continue
            number, node = split_thread(thread)
            guard = self._deleter.guards.read([node])[node]
            if held := guard.held_by(phone_number_id=number, at_ms=item["last_ms"]):
                return Disposed(held=Counter(held))
            if before_ms is not None:
                self._signs.note(node, item["last_ms"])
            expecting = {key: {"digest": item.get("digest"), "pending": item.get("pending")}}
            done = self._deleter.delete("conversations", [key], guards=[guard], expecting=expecting)
            if done is not None:
                return Disposed(done)
        raise ContentionError("a thread that is to be deleted kept changing")

    def _counted_from(self, key: Key, thread: str, item: Item, first: str | None) -> bool:
        """From now on its time is counted from what is the oldest on it by now."""
        first_ms = item["last_ms"] if first is None else moment_ms(first)
        if first_ms <= item.get("first_ms", 0):
            return True
        told = thread_attributes(
            thread,
            first_ms=min(first_ms, item["last_ms"]),
            last_ms=item["last_ms"],
            window_from_ms=item.get("window_from_ms"),
            entry_points_ms=item.get("entry_points_ms", []),
        )
        expression = Expression()
        expression.expect("digest", item.get("digest"))
        for name, value in told.items():
            expression.set(name, value)
        return self._records.update(expression, key)


def objects_of(key: Key, item: Item) -> Iterator[str]:
    """In the media bucket, of a record: large updates, files."""
    for holder in (item, *item.get("facts", {}).values()):
        if "ref" in holder:
            yield str(holder["ref"])
    if key.sk == "MEDIA":
        media_id = key.pk.partition("#")[2]
        # a run that died may have stored it under either name and told nobody
        names = (object_name(media_id), object_name(media_id, quarantined=True))
        yield from (str(item["object"]),) if item.get("object") else names


def _has_beside(key: Key, item: Item) -> bool:
    facts: Iterable[Mapping[str, Any]] = item.get("facts", {}).values()
    return key.sk == "MEDIA" or any(fact["kind"] == "participants" for fact in facts)


def _expected(item: Item) -> dict[str, Any]:
    """Nothing was added since it was read: what is deleted is what was looked at."""
    names = ("digest",) if "digest" in item else ("state", "attempts", "object")
    return {name: item.get(name) for name in names}


def _parts(keys: Iterable[tuple[Key, int]], room: int) -> Iterator[Sequence[Key]]:
    part: list[Key] = []
    left = _MOST_BYTES
    for key, size in keys:
        if part and (len(part) == room or size > left):
            yield part
            part, left = [], _MOST_BYTES
        part.append(key)
        left -= size
    if part:
        yield part
