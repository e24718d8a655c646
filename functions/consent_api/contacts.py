"""Contacts by their numbers, which stand in no address and no log; and restricting them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from functions.consent_api import wiring
from functions.core.consent.bodies import MAX_BYTES, parse_person
from functions.core.contacts.meeting import known, meet
from functions.core.runtime import clock, log
from functions.core.runtime.http.app import JsonReply
from functions.core.runtime.http.problems import NOT_FOUND, ProblemError
from functions.core.runtime.http.requests import Request


def search(request: Request, _values: Mapping[str, str]) -> dict[str, Any]:
    person = known(wiring.directory(), parse_person(request.body(MAX_BYTES)).alias)
    if person is None:
        raise ProblemError(NOT_FOUND)
    request.told.on = (person.contact_id,)
    return {"contact_id": person.contact_id}


def register(request: Request, _values: Mapping[str, str]) -> JsonReply:
    alias = parse_person(request.body(MAX_BYTES)).alias
    met = meet(wiring.directory(), wiring.records(), alias, now_ms=clock.now_ms())
    contact_id = met.person.contact_id
    request.told.on = (contact_id,)
    request.told.facts["new"] = met.is_new
    log.info("contact registered", contact_id=contact_id, is_new=met.is_new)
    return JsonReply(
        HTTPStatus.CREATED if met.is_new else HTTPStatus.OK, {"contact_id": contact_id}
    )


def restrict(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _restrict(request, values["contact_id"], on=True)


def lift(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _restrict(request, values["contact_id"], on=False)


def _restrict(request: Request, contact_id: str, *, on: bool) -> dict[str, Any]:
    request.told.facts["on"] = on
    person = wiring.ledger().restrict(contact_id, on=on)
    request.told.on = (person.contact_id,)
    log.info("restriction set", contact_id=person.contact_id, on=on)
    return {"contact_id": person.contact_id, "restricted": on}
