"""What is known of a medium, and its content for whoever holds a ticket."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from functions.core.media.refusals import BadRangeError
from functions.core.media.serving import Served, Wanted
from functions.core.runtime import log
from functions.core.runtime.http.app import Reply
from functions.core.runtime.http.requests import Parameter, Request
from functions.media_api import wiring

TICKET = Parameter(
    name="Amana-Ticket",
    where="header",
    pattern=r"[A-Za-z0-9_-]{1,128}",
    reason="must be the ticket that the medium was shown with",
    required=True,
)
RANGE = Parameter(name="Range", where="header", pattern=r".*", reason="")

_ONE_RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{1,12})?")


def show(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request.told.what = f"medium/{values['media_id']}"
    shown = wiring.serving().show(client_id=request.client_id, media_id=values["media_id"])
    request.told.facts |= {"message": shown["message_id"], "ticket": shown["ticket"] is not None}
    if shown["ticket"] is not None:
        log.info(
            "ticket issued", media_id=shown["id"], client_id=request.client_id, bytes=shown["bytes"]
        )
        log.metric("MediaTicketsIssued")
    return {
        **{name: value for name, value in shown.items() if not name.endswith("_ms")},
        "sendable_until": _told(shown["sendable_until_ms"]),
        "destroyed_at": _told(shown["destroyed_ms"]),
        "ticket_expires_at": _told(shown["ticket_expires_ms"]),
    }


def content(request: Request, values: Mapping[str, str]) -> Reply:
    media_id = values["media_id"]
    request.told.what = f"medium/{media_id}"
    served = wiring.serving().content(
        client_id=request.client_id,
        media_id=media_id,
        ticket=values[TICKET.name],
        wanted=_wanted(values.get(RANGE.name)),
    )
    request.told.facts |= {"first": served.first, "last": served.last, "bytes": served.size}
    log.info(
        "medium given",
        media_id=media_id,
        client_id=request.client_id,
        first=served.first,
        last=served.last,
        bytes=served.size,
    )
    return _reply(media_id, served, partial=RANGE.name in values)


def _wanted(told: str | None) -> Wanted:
    if told is None:
        return Wanted(whole=True)
    match = _ONE_RANGE.fullmatch(told.strip())
    if match is None:
        raise BadRangeError(None)
    last = None if match[2] is None else int(match[2])
    return Wanted(int(match[1]), last)


def _reply(media_id: str, served: Served, *, partial: bool) -> Reply:
    headers = {
        # whatever is in it, no browser shows or runs it
        "Content-Disposition": f'attachment; filename="{media_id}"',
        "Accept-Ranges": "bytes",
    }
    if partial:
        headers["Content-Range"] = f"bytes {served.first}-{served.last}/{served.size}"
    status = HTTPStatus.PARTIAL_CONTENT if partial else HTTPStatus.OK
    return Reply(status, served.content, "application/octet-stream", headers)


def _told(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    when = datetime.fromtimestamp(at_ms / 1000, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
