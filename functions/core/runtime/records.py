"""Records that are folded: read, computed by a pure function, written only if unchanged since.

A record's `digest` attribute is a function of its folded state. It is both the optimistic lock
and the reason why repeating a fold writes nothing: same state, same digest. Attributes outside
the fold (a message's sending state, say) live on the same item and are left alone.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, Protocol

from functions.core.runtime.errors import AmanaError

Item = dict[str, Any]


class Key(NamedTuple):
    pk: str
    sk: str


@dataclass(frozen=True)
class Write:
    """Set these attributes if the record's digest is still `expected` (None: if it is new)."""

    key: Key
    attributes: Mapping[str, Any]
    expected: str | None


class RecordStore(Protocol):
    def load(self, keys: Collection[Key], *, consistent: bool = False) -> dict[Key, Item]:
        """The records that exist, by key."""

    def write(self, write: Write) -> bool:
        """False when the record changed since it was read."""


class ContentionError(AmanaError):
    """Other writers kept changing the same records; the message is tried again later."""

    retryable = True


Fold = Callable[[Item | None], Mapping[str, Any]]

# Contention on one record is one person's messages arriving at several functions at once; the
# chance to lose six times in a row is what SQS's own retry is for.
_ROUNDS = 6
_PARALLEL = 8


def digest_of(state: object) -> str:
    canonical = json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def fold_all(store: RecordStore, folds: Mapping[Key, Fold]) -> dict[Key, Item]:
    """Fold every record; returns their state afterwards.

    Each fold gets the stored item (or None) and returns the folded attributes with `digest`.
    """
    result: dict[Key, Item] = {}
    pending = dict(folds)
    for attempt in range(_ROUNDS):
        current = store.load(list(pending), consistent=attempt > 0)
        writes = []
        for key, fold in pending.items():
            before = current.get(key)
            attributes = fold(before)
            result[key] = {**key._asdict(), **(before or {}), **attributes}
            expected = before.get("digest") if before else None
            if attributes["digest"] != expected:
                writes.append(Write(key, attributes, expected))
        lost = _lost(store, writes)
        if not lost:
            return result
        pending = {key: folds[key] for key in lost}
    raise ContentionError(f"{len(pending)} records kept changing")


@cache
def _pool() -> ThreadPoolExecutor:
    """Kept for the life of the process: starting threads costs more than a write."""
    return ThreadPoolExecutor(_PARALLEL)


def _lost(store: RecordStore, writes: list[Write]) -> list[Key]:
    if len(writes) <= 1:
        return [write.key for write in writes if not store.write(write)]
    done = list(_pool().map(store.write, writes))
    return [write.key for write, ok in zip(writes, done, strict=True) if not ok]
