"""Giving an export out: how far it is, and its files, once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from functions.core.archive.exports import policy
from functions.core.archive.exports.errors import RangeError, UnknownExportError
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.model import MEDIA_TYPES, Export, File, State
from functions.core.archive.exports.store import ExportStore
from functions.core.content.tickets import TicketRefusedError, Tickets
from functions.core.conversations.read_facts import moment_of


@dataclass(frozen=True)
class Piece:
    """Bytes `start` to `end` of a file of `size` bytes, both included."""

    data: bytes = field(repr=False)
    start: int
    end: int
    size: int


class Giving:
    def __init__(
        self,
        *,
        store: ExportStore,
        tickets: Tickets,
        files: Files,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._tickets = tickets
        self._files = files
        self._now_ms = now_ms

    def show(self, export_id: str, *, client_id: str) -> dict[str, Any]:
        """With a fresh ticket for every file that nobody has fetched yet."""
        export = self._load(export_id)
        return {
            "id": export.id,
            "status": self._status(export),
            "asked_at": moment_of(export.created_ms),
            "expires_at": moment_of(self._expires_ms(export)),
            "error": export.error,
            "counts": dict(export.counts),
            "completeness": dict(export.completeness) or None,
            "files": [self._shown(export, file, client_id) for file in export.files],
        }

    def _shown(self, export: Export, file: File, client_id: str) -> dict[str, Any]:
        ticket = None
        if not file.is_fetched and not self._is_expired(export):
            subject = _subject(export, file.name, client_id)
            ticket = self._tickets.issue(subject, file.size, policy.number("download", "ticket"))
        return {
            "name": file.name,
            "media_type": MEDIA_TYPES[file.name],
            "size": file.size,
            "sha256": file.sha256,
            "fetched_bytes": file.next,
            "ticket": ticket,
        }

    def read(
        self, export_id: str, name: str, *, client_id: str, ticket: str, start: int, end: int | None
    ) -> Piece:
        """Up to 4 MiB, in order, each byte once; `end` None: as much as there is."""
        export = self._load(export_id)
        index, file = next(
            ((i, f) for i, f in enumerate(export.files) if f.name == name), (0, None)
        )
        if file is None:
            raise UnknownExportError("no such file")
        most = start + policy.number("download", "range") - 1
        if start >= file.size or (end is not None and not start <= end <= most):
            raise RangeError(file.size)
        end = min(most if end is None else end, file.size - 1)
        if self._is_expired(export) or start < file.next:
            raise TicketRefusedError("expired, or fetched before")
        # what cannot be read is not used up
        data = self._files.read_range(file.object, start, end, size=file.size)
        self._tickets.redeem(ticket, _subject(export, name, client_id), start, end)
        if not self._store.take(export_id, index, start, end):
            raise TicketRefusedError("these bytes were fetched before")
        return Piece(data, start, end, file.size)

    def _load(self, export_id: str) -> Export:
        export = self._store.load(export_id)
        if export is None:
            raise UnknownExportError("no such export")
        return export

    def _status(self, export: Export) -> str:
        patience_ms = policy.number("export", "patience") * policy.HOUR_MS
        if export.state is State.READY and self._is_expired(export):
            return "expired"
        if export.state is State.RUNNING and self._now_ms() > export.created_ms + patience_ms:
            return State.FAILED.value
        return export.state.value

    def _is_expired(self, export: Export) -> bool:
        return self._now_ms() >= self._expires_ms(export)

    def _expires_ms(self, export: Export) -> int:
        return export.created_ms + policy.number("export", "available") * policy.HOUR_MS


def _subject(export: Export, name: str, client_id: str) -> str:
    return f"{export.id}/{name}/{client_id}"
