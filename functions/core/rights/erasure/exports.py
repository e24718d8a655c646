"""Exports of the archive about somebody, whose files are still there: unreadable at once.

Files of exports end by themselves within a day. Of an export of everybody others' data would go as
well, so those are left to that.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

from functions.core.archive.exports.model import scope_from
from functions.core.conversations.read_page import batches
from functions.core.retention.due import SHARDS, due_position
from functions.core.retention.kinds import DataKind
from functions.core.retention.listing import Listing
from functions.core.retention.rules import DAY_MS
from functions.core.rights.erasure.ledger import Entry
from functions.core.runtime.records import Item, Key

Load = Callable[[str, Collection[Key]], Mapping[Key, Item]]
# a day until they expire, and one until the replaced version goes
_THERE_MS = 3 * DAY_MS
_TOGETHER = 90


class Exports:
    """`load`: items of a table (our own name) as they are stored, read consistently."""

    def __init__(self, *, listing: Listing, load: Load, now_ms: Callable[[], int]) -> None:
        self._listing = listing
        self._load = load
        self._now_ms = now_ms

    def keys(self, entry: Entry) -> list[str]:
        """Content keys of those that are about this person and no other."""
        nodes = frozenset(entry.nodes)
        return [
            str(item["key"])
            for some in batches(self._recent(), _TOGETHER)
            for item in self._load("compliance", some).values()
            if nodes & scope_from(item["scope"]).nodes
        ]

    def _recent(self) -> Iterator[Key]:
        now_ms = self._now_ms()
        for shard in range(SHARDS):
            after = due_position(now_ms - _THERE_MS)
            for unit in self._listing.due(
                DataKind.EXPORT, shard, before_ms=now_ms + 1, after=after
            ):
                if unit.key.sk == "EXPORT":
                    yield unit.key
