"""What was made for a request is given out: its files to staff, and a link for the person."""

import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from functions.core.archive.exports.errors import RangeError
from functions.core.archive.exports.files import Files
from functions.core.audit.vocabulary import Action
from functions.core.content.tickets import DynamoTickets, Tickets
from functions.core.content.wiring import key_ring
from functions.core.conversations.read_facts import moment_of
from functions.core.media.objects import S3Objects
from functions.core.rights.access.giving import Giving, StaffGiving
from functions.core.rights.access.links import DynamoLinks, Links
from functions.core.rights.access.model import key_of
from functions.core.rights.errors import UnknownRequestError
from functions.core.rights.model import Request as Filed
from functions.core.runtime import aws, clock, log
from functions.core.runtime.http.app import Reply
from functions.core.runtime.http.operation import ScopedOperation
from functions.core.runtime.http.requests import Parameter, Request
from functions.rights_api import wiring
from functions.rights_api.requesting import REQUEST, about
from functions.rights_api.scopes import READ, WRITE

NAME = Parameter(name="name", where="path", pattern=r"[a-z0-9_.-]{1,60}", reason="", required=True)
TICKET = Parameter(
    name="Amana-Ticket",
    where="header",
    pattern=r"[A-Za-z0-9_-]{1,128}",
    reason="must be the ticket that the file was shown with",
    required=True,
)
RANGE = Parameter(name="Range", where="header", pattern=r".*", reason="")

_ONE_RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{1,12})?")
# nothing is written here; S3's least for a part of an upload
_PART_BYTES = 5 * 1024 * 1024


def files(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    """With a ticket for each."""
    found = _found(request, values)
    listed = _giving().shown(found, client_id=request.client_id)
    request.told.facts["tickets"] = len(listed)
    return {"items": listed}


def fetch(request: Request, values: Mapping[str, str]) -> Reply:
    found = _found(request, values)
    start, end = _wanted(values.get(RANGE.name, "bytes=0-"))
    name = values[NAME.name]
    piece = _giving().read(
        found,
        name,
        client_id=request.client_id,
        ticket=values[TICKET.name],
        start=start,
        end=end,
    )
    request.told.facts |= {
        "file": name,  # there is one of that name: before, it was any text
        "first": piece.start,
        "last": piece.end,
        "bytes": piece.size,
    }
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Accept-Ranges": "bytes",
    }
    if RANGE.name in values or piece.end < piece.size - 1:
        headers["Content-Range"] = f"bytes {piece.start}-{piece.end}/{piece.size}"
        status = HTTPStatus.PARTIAL_CONTENT
    else:
        status = HTTPStatus.OK
    return Reply(status, piece.data, "application/octet-stream", headers)


def link(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    """Told once. It is of no use without a code, which goes to the person alone."""
    found = _found(request, values)
    token, until_ms = _links().issue(found.id)
    log.info("link issued", rights_request_id=found.id, client_id=request.client_id)
    return {
        "url": f"{request.base}/v1/rights/disclosures/{token}",
        "expires_at": moment_of(until_ms),
    }


def _found(request: Request, values: Mapping[str, str]) -> Filed:
    found = wiring.store().load(values[REQUEST.name])
    if found is None:
        raise UnknownRequestError("no request has this id")
    about(request, found)
    return found


def _wanted(told: str) -> tuple[int, int | None]:
    match = _ONE_RANGE.fullmatch(told.strip())
    if match is None:
        raise RangeError(None)
    return int(match[1]), None if match[2] is None else int(match[2])


@cache
def _giving() -> StaffGiving:
    chosen = wiring.settings()
    store = Files(
        ring=key_ring(keys_table=chosen.keys_table, audit=wiring.audit()),
        objects=S3Objects(aws.s3(), chosen.exports_bucket, part_bytes=_PART_BYTES),
        key_of=key_of,
    )
    tickets = DynamoTickets(aws.dynamodb(), chosen.ephemeral_table)
    return StaffGiving(
        Giving(files=store, now_ms=clock.now_ms), Tickets(tickets, now_ms=clock.now_ms)
    )


@cache
def _links() -> Links:
    store = DynamoLinks(aws.dynamodb(), wiring.settings().ephemeral_table)
    return Links(store, now_ms=clock.now_ms)


_ONE = "/v1/rights/requests/{request_id}"

OPERATIONS = (
    ScopedOperation(
        method="GET",
        path=f"{_ONE}/files",
        id="listRightsFiles",
        scope=READ,
        action=Action.RIGHTS_READ,
        run=files,
        parameters=(REQUEST,),
    ),
    ScopedOperation(
        method="GET",
        path=f"{_ONE}/files/{{name}}",
        id="getRightsFile",
        scope=READ,
        action=Action.ACCESS_FETCHED,
        run=fetch,
        parameters=(REQUEST, NAME, TICKET, RANGE),
    ),
    ScopedOperation(
        method="POST",
        path=f"{_ONE}/links",
        id="issueDisclosureLink",
        scope=WRITE,
        action=Action.LINK_ISSUED,
        begins=True,
        run=link,
        parameters=(REQUEST,),
        status=201,
    ),
)
