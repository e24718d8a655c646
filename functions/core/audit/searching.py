"""Searching the log: the latest first, bundle by bundle, as far as one request may take.

There is no index beside the log that could say otherwise than the log. Time is that of sealing:
batches' times never go back, so the first bundle to look at is found by halving.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

from functions.core.audit.head import WRITER
from functions.core.audit.model import moment
from functions.core.audit.reading import LogReader
from functions.core.audit.tiles import WIDTH
from functions.core.audit.vocabulary import Action

# 16,384 entries: about 8 MB, a second of a small function
_MOST_BUNDLES = 64
_AT_ONCE = 8
_SEALED = f'"action":"{Action.LOG_BATCH_SEALED}"'.encode()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`since`, `until`: milliseconds of sealing, `until` not included. Others None: whatever."""

    since_ms: int | None = None
    until_ms: int | None = None
    actor: str | None = None
    subject: str | None = None
    action: str | None = None

    def may_match(self, entry: bytes) -> bool:
        """Without reading it: entries are written in one way only."""
        parts = [f'"id":"{self.actor}"'] if self.actor else []
        parts += [f'"{self.subject.partition("~")[0]}'] if self.subject else []
        parts += [f'"action":"{self.action}"'] if self.action else []
        return all(part.encode() in entry for part in parts)

    def matches(self, told: dict[str, Any]) -> bool:
        person = self.subject and self.subject.partition("~")[0]
        return (
            (self.actor is None or told.get("by", {}).get("id") == self.actor)
            and (self.action is None or told.get("action") == self.action)
            and (not person or any(p.partition("~")[0] == person for p in told.get("on", ())))
        )


@dataclass(frozen=True)
class Found:
    """`logged_at`: when the batch with it was sealed."""

    index: int
    entry: dict[str, Any]
    logged_at: str


@dataclass(frozen=True)
class Page:
    """`cursor`: where to go on; None is the only sign of the end."""

    found: list[Found]
    cursor: int | None


class Search:
    def __init__(self, reader: LogReader) -> None:
        self._reader = reader

    def page(self, wanted: Wanted, *, cursor: int | None, limit: int) -> Page:
        size = self._reader.checkpoint().size
        end = self._end(wanted, size) if cursor is None else min(cursor, size)
        since = "" if wanted.since_ms is None else moment(wanted.since_ms)
        until = "~" if wanted.until_ms is None else moment(wanted.until_ms)
        found: list[Found] = []
        logged_at = self._sealed_at(end - 1, size) if end else ""
        lowest = end
        for index, entry in self._backwards(end, size):
            lowest = index
            logged_at = _seal(entry) or logged_at
            if logged_at < since:
                return Page(found, None)
            if logged_at >= until or not wanted.may_match(entry):
                continue
            told = _parsed(entry)
            if wanted.matches(told):
                found.append(Found(index, told, logged_at))
                if len(found) == limit:
                    break
        return Page(found, self._next(lowest, size))

    def _next(self, lowest: int, size: int) -> int | None:
        """None where the log begins, or where what is past its retention was deleted."""
        if lowest == 0 or self._reader.bundle((lowest - 1) // WIDTH, size) is None:
            return None
        return lowest

    def _backwards(self, end: int, size: int) -> Iterator[tuple[int, bytes]]:
        last = (end - 1) // WIDTH
        numbers = range(last, max(last - _MOST_BUNDLES, -1), -1) if end else range(0)
        for at in range(0, len(numbers), _AT_ONCE):
            part = numbers[at : at + _AT_ONCE]
            bundles = _pool().map(lambda number: self._reader.bundle(number, size), part)
            for number, entries in zip(part, bundles, strict=True):
                if entries is None:
                    return
                first = number * WIDTH
                for index in range(min(end, first + len(entries)) - 1, first - 1, -1):
                    yield index, entries[index - first]

    def _end(self, wanted: Wanted, size: int) -> int:
        """Beyond the last entry that was sealed before `until`, up to a bundle."""
        if wanted.until_ms is None:
            return size
        until = moment(wanted.until_ms)
        low, high = 0, -(-size // WIDTH)
        while low < high:
            middle = (low + high) // 2
            if self._sealed_at(middle * WIDTH, size) < until:
                low = middle + 1
            else:
                high = middle
        return min(low * WIDTH, size)

    def _sealed_at(self, index: int, size: int) -> str:
        """When the entry of this number was sealed: `at` of the next batch's end.

        What was deleted counts as long ago.
        """
        while index < size:
            number = index // WIDTH
            entries = self._reader.bundle(number, size)
            if entries is None:
                return ""
            for entry in entries[index % WIDTH :]:
                if sealed_at := _seal(entry):
                    return sealed_at
            index = (number + 1) * WIDTH
        return ""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE)


def _seal(entry: bytes) -> str:
    """When a batch was sealed; `""` for any other entry, also for one that speaks of seals."""
    told = _parsed(entry) if _SEALED in entry else {}
    is_seal = told.get("action") == Action.LOG_BATCH_SEALED and told.get("writer") == WRITER
    return str(told.get("at", "")) if is_seal else ""


def _parsed(entry: bytes) -> dict[str, Any]:
    """What cannot be read has nothing told; that it is so, a verifier says."""
    try:
        told = json.loads(entry)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
