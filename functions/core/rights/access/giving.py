"""Giving an answer out: its files, piece by piece, to staff against tickets or to the person."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.core.archive.exports import policy
from functions.core.archive.exports.errors import RangeError, UnknownExportError
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.giving import Piece
from functions.core.content.errors import KeyDestroyedError
from functions.core.content.tickets import Tickets
from functions.core.media.errors import MissingObjectError
from functions.core.rights.access.model import Copy
from functions.core.rights.model import Request, State
from functions.core.rights.policy import DAY_MS, number


class NoLongerKeptError(UnknownExportError):
    """The files were deleted when their time was over; a new request makes new ones."""


@dataclass(frozen=True)
class Shelf:
    """The files of an answer, documents first."""

    files: Sequence[Copy] = field(repr=False)

    def named(self, name: str) -> Copy:
        found = next((file for file in self.files if file.name == name), None)
        if found is None:
            raise UnknownExportError("no such file")
        return found


class Giving:
    def __init__(self, *, files: Files, now_ms: Callable[[], int]) -> None:
        self._files = files
        self._now_ms = now_ms

    def shelf(self, request: Request) -> Shelf:
        """UnknownExportError: there is no answer, or no longer."""
        index = request.result.get("index")
        if request.state is not State.COMPLETE or not (index or request.files):
            raise UnknownExportError("nothing to be fetched")
        if self.expires_ms(request) <= self._now_ms():
            raise NoLongerKeptError("past its time")
        if index is None:  # a certificate: the request names both of its files
            return Shelf([Copy(**each) for each in request.files])
        try:
            told = json.loads(b"".join(self._files.read(index)))
        except (MissingObjectError, KeyDestroyedError):
            raise NoLongerKeptError("past its time") from None
        return Shelf([Copy(**each) for each in told])

    def expires_ms(self, request: Request) -> int:
        return (request.finished_ms or request.filed_ms) + number("link", "kept_days") * DAY_MS

    def piece(self, copy: Copy, start: int, end: int | None) -> Piece:
        """Bytes `start` to `end`, both included, up to 4 MiB; None: as much as there is."""
        most = start + policy.number("download", "range") - 1
        if copy.size == 0 and start == 0:
            return Piece(b"", 0, 0, 0)
        if start >= copy.size or (end is not None and not start <= end <= most):
            raise RangeError(copy.size)
        end = min(most if end is None else end, copy.size - 1)
        return Piece(
            self._files.read_range(copy.object, start, end, size=copy.size), start, end, copy.size
        )


class StaffGiving:
    """`GET /v1/rights/requests/{id}` shows the files with tickets, each good for one caller."""

    def __init__(self, giving: Giving, tickets: Tickets) -> None:
        self._giving = giving
        self._tickets = tickets

    def shown(self, request: Request, *, client_id: str) -> list[dict[str, Any]]:
        """Empty where there is nothing to be fetched."""
        try:
            files = self._giving.shelf(request).files
        except UnknownExportError:
            return []
        lifetime_s = policy.number("download", "ticket")
        return [
            {
                "name": file.name,
                "media_type": file.media_type,
                "size": file.size,
                "sha256": file.sha256,
                "ticket": self._tickets.issue(
                    _subject(request, file.name, client_id), max(file.size, 1), lifetime_s
                ),
            }
            for file in files
        ]

    def read(
        self,
        request: Request,
        name: str,
        *,
        client_id: str,
        ticket: str,
        start: int,
        end: int | None,
    ) -> Piece:
        """Raises UnknownExportError, RangeError, TicketRefusedError."""
        piece = self._giving.piece(self._giving.shelf(request).named(name), start, end)
        self._tickets.redeem(ticket, _subject(request, name, client_id), piece.start, piece.end)
        return piece


def _subject(request: Request, name: str, client_id: str) -> str:
    return f"{request.id}/{name}/{client_id}"
