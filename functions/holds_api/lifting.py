"""Lifting a hold takes two: one asks for it, another does it."""

from collections.abc import Mapping
from typing import Any

from functions.core.audit.requests import caller
from functions.core.holds.model import Hold
from functions.core.holds.service import Caller
from functions.core.runtime import log
from functions.core.runtime.http.requests import Request
from functions.holds_api import wiring
from functions.holds_api.scopes import LIFT, WRITE


def ask(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    told = Caller(by=caller(request, WRITE), request=request.request_id)
    return _told(request, wiring.holds().ask_to_lift(values["hold_id"], caller=told))


def lift(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    told = Caller(by=caller(request, LIFT), request=request.request_id)
    hold = wiring.holds().lift(values["hold_id"], caller=told)
    log.info("hold lifted", hold_id=hold.id, client_id=request.client_id)
    return _told(request, hold)


def _told(request: Request, hold: Hold) -> dict[str, Any]:
    request.told.what = f"hold/{hold.id}"
    request.told.on = hold.scope.contacts
    return {"id": hold.id, "status": hold.state.value}
