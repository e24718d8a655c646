"""DELETE of one consent or all of them. Never refused for its form."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.consent_api import wiring
from functions.consent_api.scopes import WRITE
from functions.consent_api.showing import state_of
from functions.core.audit.requests import caller
from functions.core.consent.errors import UnknownPurposeError
from functions.core.consent.vocabulary import Purpose
from functions.core.runtime import log
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter, Request

# whatever a caller may write there
PURPOSE = Parameter(name="purpose", where="path", pattern=r"(?s).*", reason="", required=True)
KEY = Parameter(name=IDEMPOTENCY_KEY.name, where="header", pattern=r"(?s).*", reason="")


def withdraw(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _withdraw(request, values, [purpose_of(values[PURPOSE.name])])


def withdraw_all(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _withdraw(request, values, list(Purpose))


def _withdraw(
    request: Request, values: Mapping[str, str], purposes: Sequence[Purpose]
) -> dict[str, Any]:
    contact_id = values["contact_id"]
    done = wiring.recording().withdraw(
        contact_id,
        purposes,
        by=caller(request, WRITE),
        key=values.get(KEY.name) or request.request_id,
        request=request.request_id,
    )
    request.told.on = tuple(each.contact_id for each in done)
    request.told.is_entered = any(each.is_new for each in done)
    for each in done:
        log.info("consent withdrawn", contact_id=each.contact_id, event_id=each.event.id)
    log.metric("ConsentsWithdrawn", len(done), method="api")
    return state_of(contact_id)


def purpose_of(text: str) -> Purpose:
    try:
        return Purpose(text.strip().casefold())
    except ValueError:
        raise UnknownPurposeError(f"must be one of {', '.join(Purpose)}") from None
