"""Where somebody stands with every purpose, and how it came to that."""

from collections.abc import Mapping
from typing import Any

from functions.consent_api import wiring
from functions.core.consent.model import Event
from functions.core.consent.views import event_view, state_view
from functions.core.conversations.model import moment
from functions.core.runtime.http.requests import Parameter, Request

_DEFAULT_LIMIT, _HIGHEST_LIMIT = 50, 100

CURSOR = Parameter(
    name="cursor",
    where="query",
    pattern=r"[0-9]{13}_e_[a-z2-7]{26}",
    reason="must be the next_cursor of the page before",
)
LIMIT = Parameter(
    name="limit",
    where="query",
    pattern=r"[1-9][0-9]?|100",
    reason=f"must be a whole number from 1 to {_HIGHEST_LIMIT}",
)


def state(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    shown = state_of(values["contact_id"])
    request.told.on = (shown["contact_id"],)
    return shown


def state_of(contact_id: str) -> dict[str, Any]:
    view = wiring.ledger().view(contact_id)
    return state_view(view, wiring.ledger().history(contact_id))


def history(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    """Newest first. `next_cursor` null is the end."""
    person = wiring.recording().person(values["contact_id"])
    request.told.on = (person.contact_id,)
    events = wiring.ledger().history(values["contact_id"])
    before = values.get(CURSOR.name)
    left = [each for each in reversed(events) if before is None or _place(each[0]) < before]
    limit = int(values.get(LIMIT.name, _DEFAULT_LIMIT))
    page = left[:limit]
    request.told.facts["given"] = len(page)
    return {
        "items": [event_view(event, recorded_ms) for event, recorded_ms in page],
        "next_cursor": _place(page[-1][0]) if len(left) > limit else None,
    }


def _place(event: Event) -> str:
    """Sorts as events do; without `#`, which would end the address that a cursor stands in."""
    return moment(event.at_ms, event.id).replace("#", "_")
