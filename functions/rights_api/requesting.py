"""Requests filed and looked at."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.core.audit.requests import caller
from functions.core.cards.scrub import scrub_command
from functions.core.consent.rfc3339 import epoch_ms
from functions.core.rights.bodies import MAX_BYTES, parse_filed
from functions.core.rights.errors import UnknownRequestError
from functions.core.rights.filing import Filing
from functions.core.rights.model import Request as Filed
from functions.core.rights.model import State
from functions.core.rights.views import request_view, whole_view
from functions.core.runtime import clock, log
from functions.core.runtime.http.app import JsonReply
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter, Request
from functions.rights_api import wiring
from functions.rights_api.scopes import WRITE

_DEFAULT_LIMIT, _HIGHEST_LIMIT = 50, 100
# of those that are read to find some in one state; the next page goes on
_MOST_READ = 500

REQUEST = Parameter(
    name="request_id", where="path", pattern=r"q_[a-z2-7]{26}", reason="", required=True
)
STATE = Parameter(
    name="state",
    where="query",
    pattern="|".join(state.value for state in State),
    reason=f"must be one of {', '.join(state.value for state in State)}",
)
CURSOR = Parameter(
    name="cursor",
    where="query",
    pattern=r"[0-9]{13}_q_[a-z2-7]{26}",
    reason="must be the next_cursor of the page before",
)
LIMIT = Parameter(
    name="limit",
    where="query",
    pattern=r"[1-9][0-9]?|100",
    reason=f"must be a whole number from 1 to {_HIGHEST_LIMIT}",
)


def file(request: Request, values: Mapping[str, str]) -> JsonReply:
    now_ms = clock.now_ms()
    asked = parse_filed(scrub_command(request.body(MAX_BYTES)).body, now_ms=now_ms)
    filed = wiring.desk().file(
        Filing(
            right=asked.kind,
            source=asked.origin,
            contact_id=asked.contact_id,
            by=caller(request, WRITE),
            key=values[IDEMPOTENCY_KEY.name],
            at_ms=now_ms if asked.received_at is None else epoch_ms(asked.received_at) or now_ms,
            language=asked.language or wiring.settings().language,
            purposes=tuple(each.value for each in asked.purposes or ()),
            details=asked.details,
            call=request.request_id,
        )
    )
    about(request, filed.request)
    request.told.is_entered = filed.is_new
    log.info("request filed", rights_request_id=filed.request.id, right=asked.right)
    log.metric("RightsFiled", right=asked.right)
    return JsonReply(HTTPStatus.CREATED, shown(filed.request))


def show(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request_id = values[REQUEST.name]
    found = wiring.store().load(request_id)
    if found is None:
        raise UnknownRequestError("no request has this id")
    about(request, found)
    due = wiring.handling().due(found)
    return whole_view(found, due, wiring.calendar(), wiring.store().steps(request_id))


def overview(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    """Newest first. `next_cursor` null is the end; with `state` a page may be short."""
    limit = int(values.get(LIMIT.name, _DEFAULT_LIMIT))
    wanted = values.get(STATE.name)
    cursor = values[CURSOR.name].replace("_", "#", 1) if CURSOR.name in values else None
    found: list[Filed] = []
    read = 0
    while len(found) < limit and read < _MOST_READ:
        wanted_now = min(limit - len(found), _MOST_READ - read)
        page, cursor = wiring.store().listed(before=cursor, limit=wanted_now)
        read += len(page)
        found += [each for each in page if wanted is None or each.state.value == wanted]
        if cursor is None:
            break
    request.told.on = tuple(each.contact_id for each in found)
    request.told.facts["given"] = len(found)
    return {
        "items": [shown(each) for each in found],
        "next_cursor": cursor.replace("#", "_", 1) if cursor else None,
    }


def shown(found: Filed) -> dict[str, Any]:
    return request_view(found, wiring.handling().due(found), wiring.calendar())


def about(request: Request, found: Filed) -> None:
    request.told.on = (found.contact_id,)
    request.told.what = f"rights/{found.id}"
