"""One hold with its words, or all of them without."""

import re
from collections.abc import Mapping
from typing import Any

from functions.core.holds.views import hold_view, opened_view
from functions.core.runtime.http.requests import Parameter, Request
from functions.holds_api import wiring

_DEFAULT_LIMIT, _HIGHEST_LIMIT = 50, 100

CURSOR = Parameter(
    name="cursor",
    where="query",
    pattern=r"[0-9]{13}_h_[a-z2-7]{26}",
    reason="must be the next_cursor of the page before",
)
LIMIT = Parameter(
    name="limit",
    where="query",
    pattern=r"[1-9][0-9]?|100",
    reason=f"must be a whole number from 1 to {_HIGHEST_LIMIT}",
)


def show(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    hold, words = wiring.holds().show(values["hold_id"])
    request.told.what = f"hold/{hold.id}"
    request.told.on = hold.scope.contacts
    return opened_view(hold, words)


def page(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    """The latest first. `next_cursor` null is the only sign of the end."""
    cursor = values.get(CURSOR.name)
    holds, after = wiring.holds().page(
        before=None if cursor is None else _PLACE.sub(r"\1#", cursor),
        limit=int(values.get(LIMIT.name, _DEFAULT_LIMIT)),
    )
    request.told.facts["given"] = len(holds)
    return {
        "items": [hold_view(hold) for hold in holds],
        # without `#`, which would end the address that a cursor stands in
        "next_cursor": None if after is None else after.replace("#", "_"),
    }


_PLACE = re.compile(r"^([0-9]{13})_")
