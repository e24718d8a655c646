"""Looking through a whole file once: is it one, and where may it be cut into chunks."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from functions.core.consent.imports import policy
from functions.core.consent.imports.columns import NOTICE, PURPOSE, names, problems
from functions.core.consent.imports.errors import NotPlannedError
from functions.core.consent.imports.model import Chunk, Import, Layout, Reasons, State
from functions.core.consent.imports.parts import Parts
from functions.core.consent.imports.store import ImportStore
from functions.core.consent.imports.table import (
    BYTE_ORDER_MARK,
    Limits,
    Row,
    cells,
    delimiter_of,
    is_blank,
    rows,
    text_of,
)


class Planner:
    def __init__(self, *, store: ImportStore, parts: Parts, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._parts = parts
        self._now_ms = now_ms

    def plan(self, import_id: str) -> list[Chunk]:
        """The chunks that are still to be done; none when the file as a whole is refused."""
        started = started_of(self._store, import_id)
        if started.state is not State.RUNNING:
            return []
        if started.layout is None:
            wrong = self._cut(started)
            if wrong:
                self._store.finish(import_id, State.REFUSED, now_ms=self._now_ms(), problems=wrong)
                return []
        done = self._store.counts(import_id)
        return [each for each in self._store.chunks(import_id) if each.number not in done]

    def _cut(self, started: Import) -> Reasons:
        pieces = self._parts.read(started)
        header = next(rows(pieces, start=0, delimiter=",", limits=row_limits()), None)
        layout = layout_of(header)
        if layout is None or header is None:
            return [("header", "is no row of column names in UTF-8")]
        defaults = started.defaults
        said = {PURPOSE} if defaults.purpose else set()
        wrong = problems(layout.columns, said=said | ({*NOTICE} if defaults.notice else set()))
        if wrong:
            return wrong
        size = sum(part.size for part in started.parts.values())
        rest = self._parts.read_range(started, header.end, size)
        chunks: list[Chunk] = []
        count, most = 0, policy.number("file", "rows")
        for chunk in cut(rest, start=header.end, delimiter=layout.delimiter):
            chunks.append(chunk)
            count += chunk.rows
            if count > most:
                return [("file", f"has more than {most} rows")]
        if not chunks:
            return [("file", "has no rows beside the header")]
        self._store.plan(started.id, layout, chunks)
        return []


def started_of(store: ImportStore, import_id: str) -> Import:
    started = store.load(import_id)
    if started is None or not started.attempt:
        raise NotPlannedError("no such import was started")
    return started


def cut(pieces: Iterator[bytes], *, start: int, delimiter: str) -> Iterator[Chunk]:
    """`pieces`: what follows on the header, from byte `start` of the file on."""
    most, most_bytes = policy.number("chunk", "rows"), policy.number("chunk", "bytes")
    chunk = Chunk(0, 2, 0, start, start)
    number = 1
    for row in rows(pieces, start=start, delimiter=delimiter, limits=row_limits()):
        number += 1
        filled = 0 if row.data is not None and is_blank(row.data, delimiter) else 1
        if chunk.rows + filled > most or row.end - chunk.start > most_bytes:
            if chunk.rows:
                yield chunk
            chunk = Chunk(chunk.number + bool(chunk.rows), number, 0, row.start, row.start)
        chunk = replace(chunk, rows=chunk.rows + filled, end=row.end)
    if chunk.rows:
        yield chunk


def layout_of(header: Row | None) -> Layout | None:
    if header is None or header.data is None or header.is_unclosed:
        return None
    try:
        text = text_of(header.data.removeprefix(BYTE_ORDER_MARK))
    except UnicodeDecodeError:
        return None
    delimiter = delimiter_of(text)
    return Layout(delimiter, tuple(names(cells(text, delimiter))))


def row_limits() -> Limits:
    return Limits(policy.number("row", "bytes"), policy.number("row", "lines"))
