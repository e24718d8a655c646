"""The archive: what it has of the person that no table has any more, and what they wrote in groups.

Every record is looked at once. Of groups, where nobody's alias names the thread, only what the
person wrote themselves is kept: it is opened for that, and everything else is dropped at once.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from functions.core.archive.exports.collecting import Opens
from functions.core.archive.exports.model import Export, State
from functions.core.archive.model import Record
from functions.core.rights.access.model import PersonScope, is_of_group

_WROTE = ("from", "from_user_id", "from_parent_user_id")


class TheirsOpened:
    """`Opens`. `is_mine`: whether a number or id is the person's."""

    def __init__(self, opener: Opens, is_mine: Callable[[str], bool]) -> None:
        self._opener = opener
        self._is_mine = is_mine

    def open(self, records: Sequence[Record]) -> Iterator[Record]:
        for record in self._opener.open(records):
            if not is_of_group(record) or self._wrote(record["opened"].get("raw")):
                yield record

    def _wrote(self, raw: Any) -> bool:
        update = raw.get("update") if isinstance(raw, dict) else None
        if not isinstance(update, dict):
            return False
        told = [update.get(name) for name in _WROTE]
        return any(isinstance(each, str) and self._is_mine(each) for each in told)


class OnePlan:
    """`Plans` of one export that is made for a request; nothing of it is stored but files."""

    def __init__(self, name: str, scope: PersonScope, *, run: str | None, at_ms: int) -> None:
        self._run = run
        self._parts = 0
        self._told = (name, scope, at_ms)

    def load(self, export_id: str) -> Export | None:
        name, scope, at_ms = self._told
        if export_id != name:
            return None
        return Export(
            id=name,
            state=State.RUNNING,
            client="access",
            created_ms=at_ms,
            body_digest="",
            scope=scope,
            sealed_reason=b"",
            run=self._run,
            parts=self._parts,
        )

    def planned(self, export_id: str, run: str, parts: int) -> bool:
        if self.load(export_id) is None:
            return False
        self._run, self._parts = run, parts
        return True
