"""One chunk of an import: its rows are judged, recorded side by side, and reported on."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from functions.core.audit.model import Actor
from functions.core.consent.imports import policy
from functions.core.consent.imports.claims import Claim, Reader
from functions.core.consent.imports.errors import NotPlannedError, UnreadableError
from functions.core.consent.imports.lane import By, dealt
from functions.core.consent.imports.model import (
    Chunk,
    Counts,
    Import,
    Outcome,
    Result,
    counted,
)
from functions.core.consent.imports.notices import Shown
from functions.core.consent.imports.parts import Parts
from functions.core.consent.imports.planning import row_limits, started_of
from functions.core.consent.imports.store import ImportStore
from functions.core.consent.imports.table import is_blank, rows


class Recorder(Protocol):
    def record(self, claims: Sequence[Claim], by: By) -> dict[int, Outcome]:
        """What became of each row."""


class Loader:
    """`lanes`: each records a share of a chunk, and never two at once."""

    def __init__(
        self,
        *,
        store: ImportStore,
        parts: Parts,
        lanes: Sequence[Recorder],
        shown: Shown,
        masked: Callable[[str], str],
    ) -> None:
        self._store = store
        self._parts = parts
        self._lanes = lanes
        self._shown = shown
        self._masked = masked
        self._pool = ThreadPoolExecutor(len(lanes))

    def load(self, import_id: str, chunk: Chunk) -> Counts:
        started = started_of(self._store, import_id)
        claims, refused = self._read(started, chunk)
        by = By(Actor(kind="client", id=started.client), import_id)
        hands = dealt(claims, len(self._lanes))
        futures = [
            self._pool.submit(lane.record, hand, by)
            for lane, hand in zip(self._lanes, hands, strict=True)
            if hand
        ]
        results = [Result(r, o) for future in futures for r, o in future.result().items()]
        results = sorted([*refused, *results], key=lambda result: result.row)
        self._store.report(import_id, chunk.number, results)
        return counted(results)

    def _read(self, started: Import, chunk: Chunk) -> tuple[list[Claim], list[Result]]:
        reader = self._reader(started)
        delimiter = reader.layout.delimiter
        pieces = self._parts.read_range(started, chunk.start, chunk.end)
        found = rows(pieces, start=chunk.start, delimiter=delimiter, limits=row_limits())
        claims, refused = [], []
        for number, row in enumerate(found, chunk.row):
            if row.data is not None and is_blank(row.data, delimiter):
                continue
            try:
                claims.append(reader.claim(number, row))
            except UnreadableError as error:
                refused.append(Result(number, Outcome.REFUSED, error.reasons))
        return claims, refused

    def _reader(self, started: Import) -> Reader:
        if started.layout is None:
            raise NotPlannedError("the import has no plan")
        return Reader(
            layout=started.layout,
            defaults=started.defaults,
            notice=self._shown.notice,
            masked=self._masked,
            # the same however often the chunk is run
            now_ms=started.started_ms or 0,
            longest=policy.number("cell", "chars"),
        )
