"""The audit log's proof of a consent event, looked up by when the event was recorded."""

from itertools import pairwise

from functions.core.audit.reading import LogReader
from functions.core.audit.searching import Search, Wanted
from functions.core.audit.vocabulary import Action
from functions.core.consent.model import Event

_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000
# Where to look first, after the time of recording: entries are sealed within seconds, and clocks of
# two functions differ a little. The end is the log's own limit (docs/audit-format.md, step 5).
_EDGES = (-10 * _SECOND, _MINUTE, 15 * _MINUTE, 26 * _HOUR)
_MOST = 100  # entries of one kind in one page; whatever is left out comes in the next


class Proving:
    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._search = Search(reader)

    def proof(self, event: Event, recorded_ms: int) -> bytes | None:
        """A tlog-proof; None while the event is not sealed yet, and past the log's retention."""
        index = self._index(event, recorded_ms)
        return None if index is None else self._reader.proof(index).file

    def _index(self, event: Event, recorded_ms: int) -> int | None:
        for since, until in pairwise(_EDGES):
            wanted = Wanted(
                since_ms=recorded_ms + since,
                until_ms=recorded_ms + until,
                action=Action[f"CONSENT_{event.kind.name}"],
            )
            index = self._within(wanted, f"consent/{event.id}")
            if index is not None:
                return index
        return None

    def _within(self, wanted: Wanted, what: str) -> int | None:
        cursor: int | None = None
        while True:
            page = self._search.page(wanted, cursor=cursor, limit=_MOST)
            for found in page.found:
                if found.entry.get("what") == what:
                    return found.index
            if page.cursor is None:
                return None
            cursor = page.cursor
