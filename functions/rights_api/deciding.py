"""What is done with a request: who it is from, whether it is granted, and its clock."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.audit.requests import caller
from functions.core.cards.scrub import scrub_command
from functions.core.rights.bodies import (
    MAX_BYTES,
    Denial,
    parse_decision,
    parse_identity,
    parse_reason,
)
from functions.core.rights.model import Request as Filed
from functions.core.runtime import log
from functions.core.runtime.http.requests import Request
from functions.rights_api import wiring
from functions.rights_api.requesting import REQUEST, about, shown
from functions.rights_api.scopes import APPROVE, WRITE


def identify(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request_id = _named(request, values)
    asked = parse_identity(scrub_command(request.body(MAX_BYTES)).body)
    handling, by, call = wiring.handling(), caller(request, WRITE), request.request_id
    if asked.code is not None:
        return _done(request, handling.prove(request_id, asked.code, by=by, call=call))
    if asked.verified_by is not None:
        means = asked.verified_by
        return _done(request, handling.attest(request_id, means, by=by, call=call))
    return _done(request, handling.ask_for_code(request_id, by=by, call=call))


def decide(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request_id = _named(request, values)
    decision = parse_decision(scrub_command(request.body(MAX_BYTES)).body)
    handling, by, call = wiring.handling(), caller(request, APPROVE), request.request_id
    request.told.facts["decision"] = decision.decision
    if isinstance(decision, Denial):
        return _done(request, handling.deny(request_id, decision.reason, by=by, call=call))
    return _done(request, handling.approve(request_id, by=by, call=call))


def pause(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _with_reason(request, values, wiring.handling().pause)


def extend(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _with_reason(request, values, wiring.handling().extend)


def cancel(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _with_reason(request, values, wiring.handling().cancel)


def resume(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request_id, by = _named(request, values), caller(request, WRITE)
    return _done(request, wiring.handling().resume(request_id, by=by, call=request.request_id))


def _with_reason(
    request: Request, values: Mapping[str, str], deed: Callable[..., Filed]
) -> dict[str, Any]:
    request_id = _named(request, values)
    reason = parse_reason(scrub_command(request.body(MAX_BYTES)).body)
    by = caller(request, WRITE)
    return _done(request, deed(request_id, reason, by=by, call=request.request_id))


def _named(request: Request, values: Mapping[str, str]) -> str:
    request.told.what = f"rights/{values[REQUEST.name]}"
    return values[REQUEST.name]


def _done(request: Request, done: Filed) -> dict[str, Any]:
    about(request, done)
    request.told.is_entered = True
    log.info("request changed", rights_request_id=done.id, state=done.state.value)
    return shown(done)
