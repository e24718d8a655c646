"""What callers do: begin an import, send its parts, start it, look how far it is."""

from collections.abc import Callable, Sequence
from typing import Any

from functions.core.consent.errors import UnknownNoticeError
from functions.core.consent.imports import policy
from functions.core.consent.imports.asked import Asked
from functions.core.consent.imports.errors import (
    ImportClosedError,
    ImportConflictError,
    InvalidImportError,
    PartsMissingError,
    UnknownImportError,
)
from functions.core.consent.imports.model import Counts, Import, Outcome, Result, State
from functions.core.consent.imports.notices import Shown
from functions.core.consent.imports.parts import Parts
from functions.core.consent.imports.store import ImportStore, Machine
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.conversations.read_facts import moment_of
from functions.core.runtime.http.problems import FieldError

_MOST_NAMED = 20


class Imports:
    def __init__(
        self,
        *,
        store: ImportStore,
        parts: Parts,
        shown: Shown,
        machine: Machine,
        pseudonyms: Pseudonyms,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._parts = parts
        self._shown = shown
        self._machine = machine
        self._pseudonyms = pseudonyms
        self._now_ms = now_ms

    def begin(self, asked: Asked, *, client_id: str, idempotency_key: str) -> Import:
        """The same key with the same body is the same import, however often it is begun."""
        self._check_notice(asked)
        import_id = f"i_{self._pseudonyms.of('import', client_id, idempotency_key)}"
        begun = Import(
            id=import_id,
            state=State.OPEN,
            client=client_id,
            created_ms=self._now_ms(),
            body_digest=self._pseudonyms.of("import body", asked.canonical),
            defaults=asked.defaults,
        )
        if self._store.create(begun):
            return begun
        stored = self._own(import_id, client_id)
        if stored.body_digest != begun.body_digest:
            raise ImportConflictError("this Idempotency-Key was used with another body")
        return stored

    def put_part(self, import_id: str, number: int, content: bytes, *, client_id: str) -> None:
        """Again is harmless: the last one counts."""
        begun = self._own(import_id, client_id)
        if begun.state is not State.OPEN or not self._is_open(begun):
            raise ImportClosedError("it takes no parts any more")
        if not 1 <= number <= policy.number("part", "most"):
            raise UnknownImportError("there is no such part")
        if not content:
            raise InvalidImportError([FieldError("body", "is empty")])
        part = self._parts.put(import_id, number, content)
        if not self._store.add_part(import_id, number, part):
            raise ImportClosedError("it was started meanwhile")

    def start(self, import_id: str, *, client_id: str) -> Import:
        """Once; one that failed, or never ended, goes on where it stopped."""
        begun = self._own(import_id, client_id)
        if begun.state is State.OPEN:
            missing = [n for n in range(1, max(begun.parts, default=1)) if n not in begun.parts]
            if missing or not begun.parts:
                raise PartsMissingError((missing or [1])[:_MOST_NAMED])
        if self._may_start(begun):
            if not self._is_open(begun):
                raise ImportClosedError("its parts are not kept any longer")
            self._store.start(import_id, after=begun.attempt, now_ms=self._now_ms())
            begun = self._own(import_id, client_id)
        if begun.state is State.RUNNING:
            self._machine.start(import_id, begun.attempt)
        return begun

    def show(self, import_id: str, *, client_id: str) -> dict[str, Any]:
        begun = self._own(import_id, client_id)
        counts = sum(self._store.counts(import_id).values(), Counts())
        return {
            "id": begun.id,
            "status": begun.state.value,
            "parts": len(begun.parts),
            "rows": {
                "total": begun.rows,
                "read": counts.rows,
                **{outcome.value: getattr(counts, outcome.value) for outcome in Outcome},
            },
            "problems": [{"field": name, "reason": reason} for name, reason in begun.problems],
            "begun_at": moment_of(begun.created_ms),
            "open_until": moment_of(self._open_until_ms(begun)),
            "started_at": _moment(begun.started_ms),
            "finished_at": _moment(begun.finished_ms),
        }

    def report(self, import_id: str, *, client_id: str, cursor: int) -> dict[str, Any]:
        """What became of the rows of one chunk; while it runs, of those that are done.

        `cursor`: the first chunk to look for; what is told as `next_cursor` goes on from there.
        """
        self._own(import_id, client_id)
        done = sorted(n for n in self._store.counts(import_id) if n >= cursor)
        results: Sequence[Result] = self._store.results(import_id, done[0]) if done else ()
        return {
            "id": import_id,
            "items": [_told(result) for result in results],
            "next_cursor": str(done[1]) if done[1:] else None,
        }

    def _check_notice(self, asked: Asked) -> None:
        notice = asked.defaults.notice
        if notice is None:
            return
        try:
            self._shown.notice(*notice, asked.defaults.purpose)
        except UnknownNoticeError as error:
            raise InvalidImportError([FieldError("notice", str(error))]) from None

    def _own(self, import_id: str, client_id: str) -> Import:
        found = self._store.load(import_id)
        if found is None or found.client != client_id:
            raise UnknownImportError("no such import")
        return found

    def _may_start(self, begun: Import) -> bool:
        patience_ms = policy.number("patience", "hours") * policy.HOUR_MS
        is_abandoned = (
            begun.state is State.RUNNING and self._now_ms() - (begun.started_ms or 0) >= patience_ms
        )
        return is_abandoned or begun.state in (State.OPEN, State.FAILED)

    def _is_open(self, begun: Import) -> bool:
        return self._now_ms() < self._open_until_ms(begun)

    def _open_until_ms(self, begun: Import) -> int:
        return begun.created_ms + policy.number("open", "hours") * policy.HOUR_MS


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else moment_of(at_ms)


def _told(result: Result) -> dict[str, Any]:
    reasons = [{"field": name, "reason": reason} for name, reason in result.reasons]
    return {"row": result.row, "outcome": result.outcome.value, "reasons": reasons}
