"""The end of an import, good or bad."""

from collections.abc import Callable

from functions.core.consent.imports.errors import NotPlannedError
from functions.core.consent.imports.model import Counts, State
from functions.core.consent.imports.planning import started_of
from functions.core.consent.imports.store import ImportStore


class Finisher:
    def __init__(self, *, store: ImportStore, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    def finish(self, import_id: str) -> tuple[State, Counts]:
        """Done when every chunk has its report; a refused import stays what it is."""
        started = started_of(self._store, import_id)
        counts = self._store.counts(import_id)
        if started.state is State.RUNNING:
            if any(chunk.number not in counts for chunk in self._store.chunks(import_id)):
                raise NotPlannedError("a chunk has no report")
            self._store.finish(import_id, State.DONE, now_ms=self._now_ms())
            started = started_of(self._store, import_id)
        return started.state, sum(counts.values(), Counts())

    def fail(self, import_id: str) -> tuple[State, Counts]:
        """What is recorded stays so; it can be started again and goes on from there."""
        self._store.finish(import_id, State.FAILED, now_ms=self._now_ms())
        return started_of(self._store, import_id).state, Counts()
