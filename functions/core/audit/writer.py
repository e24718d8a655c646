"""Writing entries: numbered and chained by each writer, so that none can go missing unseen.

A writer is one execution environment of one function, known by a number that the outbox gives it.
Its entries follow on each other: each holds the SHA-256 of the one before. A number is used up
when an entry with it is stored, and only then; when nobody can tell, the writer is given up and
another begins.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Protocol

from functions.core.audit.model import Event, Link, chained
from functions.core.runtime.ids import random_id

# entries in one item: a DynamoDB item holds 400 KB, most entries are below 1 KB
_MOST_BYTES = 300_000


@dataclass(frozen=True)
class Parcel:
    """Entries of one writer that are stored together. `key`: the same for the same facts."""

    key: str
    writer: str
    first: int
    entries: tuple[str, ...]


class Outbox(Protocol):
    def open(self, function: str) -> int:
        """The number of one more writer of this function, from 1."""

    def put(self, parcel: Parcel) -> bool:
        """False: entries with this key are there already, and not from this parcel."""

    def action(self, parcel: Parcel) -> Any:
        """The same as part of a transaction."""


class Writer:
    def __init__(
        self,
        outbox: Outbox,
        *,
        function: str,
        now_ms: Callable[[], int],
        new_id: Callable[[], str] = random_id,
    ) -> None:
        self._outbox = outbox
        self._new_id = new_id
        self._function = function
        self._now_ms = now_ms
        self._next: Link | None = None
        # one entry follows on the other: threads of one environment take turns
        self._lock = RLock()

    def write(self, *events: Event, key: str) -> None:
        """Store entries on their own. `key`: a fact that makes a repeat recognisable."""
        for number, part in enumerate(_parts(events)):
            self._commit(part, f"{key}#{number}", self._outbox.put)

    def within(self, event: Event, transact: Callable[[Any], bool]) -> bool:
        """Store an entry with what it is about, both or neither; what `transact` answers.

        The transaction's own conditions see to it that nothing is done twice.
        """
        name = self._new_id()
        return self._commit([event], name, lambda one: transact(self._outbox.action(one)))

    def _commit(self, events: Sequence[Event], key: str, store: Callable[[Parcel], bool]) -> bool:
        with self._lock:
            link, self._next = self._next or self._opened(), None
            entries, after = chained(events, link, at_ms=self._now_ms())
            # should this raise, nobody knows whether the numbers are used: the writer is given up
            stored = store(Parcel(_key(key), link.writer, link.number, tuple(entries)))
            self._next = after if stored else link
            return stored

    def _opened(self) -> Link:
        return Link(f"{self._function}.{self._outbox.open(self._function)}", 0, "")


def _parts(events: Sequence[Event]) -> list[list[Event]]:
    """Few enough for an item each; where they part follows from the events alone."""
    parts: list[list[Event]] = [[]]
    room = _MOST_BYTES
    for event in events:
        size = 600 + 2 * len(repr(event))
        if parts[-1] and size > room:
            parts.append([])
            room = _MOST_BYTES
        parts[-1].append(event)
        room -= size
    return parts


def _key(text: str) -> str:
    """Spread over all partitions, and saying nothing."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
