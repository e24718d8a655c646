"""One page of a list: as many entries as asked for, fewer when they are large."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from functions.core.conversations import read_cursor

View = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """`next_cursor` None is the only sign of the end: a page may be short, even empty."""

    items: list[View]
    next_cursor: str | None


@dataclass(frozen=True)
class Entry:
    """A place in a list; `view` None when nothing is to be shown there."""

    position: str
    view: View | None
    step: int = 0


# Lambda answers with 6 MB at most (Lambda quotas, 2026), in which the body is a JSON text once
# more: quotation marks and everything but ASCII are escaped twice. A margin is left for headers.
_MOST_BYTES = 5 * 1024 * 1024


@dataclass
class _Filling:
    items: list[View] = field(default_factory=list)
    size: int = 0
    last: Entry | None = None


def fill(entries: Iterable[Entry], *, scope: str, limit: int, most_places: int) -> Page:
    """`most_places`: how many places are looked at before a page ends for want of views."""
    page = _Filling()
    for places, entry in enumerate(entries):
        view = entry.view
        size = _bytes(view) if view is not None else 0
        if view is not None and size > _MOST_BYTES:
            view, size = _without_content(view, size), 0
        if len(page.items) == limit or places == most_places or page.size + size > _MOST_BYTES:
            return Page(page.items, _cursor(scope, page.last))
        if view is not None:
            page.items.append(view)
            page.size += size
        page.last = entry
    return Page(page.items, None)


def shown(view: View) -> View:
    """A single view, cut like one in a list when no answer could hold it."""
    size = _bytes(view)
    return _without_content(view, size) if size > _MOST_BYTES else view


def batches(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _cursor(scope: str, last: Entry | None) -> str | None:
    return None if last is None else read_cursor.encode(scope, last.position, last.step)


def _bytes(view: View) -> int:
    return len(json.dumps(json.dumps(view)))


def _without_content(view: View, size: int) -> View:
    return {**view, "content": {}, "versions": [], "omitted_bytes": size}
