"""GET a file of an export, range by range, each byte once."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from functions.archive_api import wiring
from functions.core.archive.exports.errors import RangeError
from functions.core.archive.exports.giving import Piece
from functions.core.runtime import log
from functions.core.runtime.http.app import Reply
from functions.core.runtime.http.requests import Parameter, Request

TICKET = Parameter(
    name="Amana-Ticket",
    where="header",
    pattern=r"[A-Za-z0-9_-]{1,128}",
    reason="must be the ticket that the file was shown with",
    required=True,
)
RANGE = Parameter(name="Range", where="header", pattern=r".*", reason="")

_ONE_RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{1,12})?")


def fetch(request: Request, values: Mapping[str, str]) -> Reply:
    request.told.what = f"export/{values['export_id']}"
    start, end = _wanted(values.get(RANGE.name, "bytes=0-"))
    piece = wiring.giving().read(
        values["export_id"],
        values["name"],
        client_id=request.client_id,
        ticket=values[TICKET.name],
        start=start,
        end=end,
    )
    request.told.facts |= {
        "file": values["name"],  # there is one of that name: before, it was any text
        "first": piece.start,
        "last": piece.end,
        "bytes": piece.size,
    }
    log.info(
        "file of an export given",
        export_id=values["export_id"],
        client_id=request.client_id,
        first=piece.start,
        last=piece.end,
        bytes=piece.size,
    )
    return _reply(values["name"], piece, partial=RANGE.name in values)


def _wanted(told: str) -> tuple[int, int | None]:
    match = _ONE_RANGE.fullmatch(told.strip())
    if match is None:
        raise RangeError(None)
    return int(match[1]), None if match[2] is None else int(match[2])


def _reply(name: str, piece: Piece, *, partial: bool) -> Reply:
    headers = {
        # a transcript is opened from a disk, never shown as a page of this host
        "Content-Disposition": f'attachment; filename="{name}"',
        "Accept-Ranges": "bytes",
    }
    is_whole = piece.start == 0 and piece.end == piece.size - 1
    if partial or not is_whole:
        headers["Content-Range"] = f"bytes {piece.start}-{piece.end}/{piece.size}"
        return Reply(HTTPStatus.PARTIAL_CONTENT, piece.data, "application/octet-stream", headers)
    return Reply(HTTPStatus.OK, piece.data, "application/octet-stream", headers)
