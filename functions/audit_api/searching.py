"""GET /v1/audit/entries: by who, on whom, what and when; the latest first."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from functions.audit_api import wiring
from functions.core.audit.searching import Wanted
from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.problems import FieldError, ProblemError, invalid
from functions.core.runtime.http.requests import Parameter, Request

_DEFAULT_LIMIT, _HIGHEST_LIMIT = 50, 100
_TIME = "must be a time with a zone, as in 2026-11-24T08:00:00Z"


def _query(name: str, pattern: str, reason: str) -> Parameter:
    return Parameter(name=name, where="query", pattern=pattern, reason=reason)


PARAMETERS = (
    _query("from", r"[0-9TZ:.+-]{10,40}", _TIME),
    _query("to", r"[0-9TZ:.+-]{10,40}", _TIME),
    _query("actor", r"[A-Za-z0-9_-]{1,128}", "must be the id of a client or function"),
    _query("subject", r"[bgnp][a-z2-7]{20}(~[0-9]{1,13})?", "must be a contact_id"),
    _query("action", r"[a-z]+:[a-z]+:[a-z]+", "must be one of the log's actions"),
    _query("cursor", r"[0-9]{1,18}", "must be the next_cursor of the page before"),
    _query("limit", r"[1-9][0-9]?|100", f"must be a whole number from 1 to {_HIGHEST_LIMIT}"),
)


def search(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    """`next_cursor` null is the only sign of the end: a page may be short, even empty."""
    since_ms, until_ms = _time(values, "from"), _time(values, "to")
    if since_ms is not None and until_ms is not None and since_ms >= until_ms:
        raise ProblemError(invalid(FieldError("to", "must be later than from")))
    wanted = Wanted(
        since_ms=since_ms,
        until_ms=until_ms,
        actor=values.get("actor"),
        subject=values.get("subject"),
        action=_action(values),
    )
    page = wiring.search().page(
        wanted,
        cursor=int(values["cursor"]) if "cursor" in values else None,
        limit=int(values.get("limit", _DEFAULT_LIMIT)),
    )
    # who was looked for is as telling as what was found; both are pseudonyms
    request.told.on = (values["subject"],) if "subject" in values else ()
    request.told.facts |= {
        "asked": sorted(name for name in values if name not in ("cursor", "limit")),
        "given": len(page.found),
    }
    return {
        "items": [
            {"id": str(one.index), "logged_at": one.logged_at, "entry": one.entry}
            for one in page.found
        ],
        "next_cursor": None if page.cursor is None else str(page.cursor),
    }


def _action(values: Mapping[str, str]) -> str | None:
    action = values.get("action")
    if action is not None and action not in {each.value for each in Action}:
        raise ProblemError(invalid(FieldError("action", "must be one of the log's actions")))
    return action


def _time(values: Mapping[str, str], name: str) -> int | None:
    """Milliseconds since 1970. A plus in a query is a space by the time it gets here."""
    if name not in values:
        return None
    try:
        when = datetime.fromisoformat(values[name])
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise ProblemError(invalid(FieldError(name, _TIME)))
    return int(when.astimezone(UTC).timestamp() * 1000)
