"""What is kept how long, and what came of runs."""

import re
from collections.abc import Mapping
from typing import Any

from functions.core.retention.views import rules_view, run_view
from functions.core.runtime.http.requests import Parameter, Request
from functions.retention_api import wiring

_DEFAULT_LIMIT, _HIGHEST_LIMIT = 50, 100
# runs of the schedule have the names that Step Functions gives them
RUN_NAME = r"[A-Za-z0-9_-]{1,80}"

CURSOR = Parameter(
    name="cursor",
    where="query",
    pattern=rf"[0-9]{{13}}_{RUN_NAME}",
    reason="must be the next_cursor of the page before",
)
LIMIT = Parameter(
    name="limit",
    where="query",
    pattern=r"[1-9][0-9]?|100",
    reason=f"must be a whole number from 1 to {_HIGHEST_LIMIT}",
)
_PLACE = re.compile(r"^([0-9]{13})_")


def rules(_request: Request, _values: Mapping[str, str]) -> dict[str, Any]:
    return {"items": rules_view(wiring.rules())}


def show(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    run = wiring.asking().show(values["run_id"])
    request.told.what = f"retention/{run.id}"
    return run_view(run)


def page(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    """The latest first. `next_cursor` null is the only sign of the end."""
    cursor = values.get(CURSOR.name)
    runs, after = wiring.asking().page(
        before=None if cursor is None else _PLACE.sub(r"\1#", cursor),
        limit=int(values.get(LIMIT.name, _DEFAULT_LIMIT)),
    )
    request.told.facts["given"] = len(runs)
    return {
        "items": [run_view(run) for run in runs],
        # without `#`, which would end the address that a cursor stands in
        "next_cursor": None if after is None else after.replace("#", "_"),
    }
