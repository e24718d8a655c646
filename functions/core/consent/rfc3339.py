"""Times as systems of the business tell them (RFC 3339), and back."""

import re
from datetime import UTC, datetime, timedelta

EXAMPLE = "2026-11-24T08:00:00Z"

_FORM = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_ms(text: str) -> int | None:
    """Milliseconds since 1970; None for what is no time, has no zone, or lies before."""
    if _FORM.fullmatch(text) is None:
        return None
    try:
        when = datetime.fromisoformat(text.upper())
        ms = (when - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
    return ms if ms >= 0 else None


def told(ms: int | None) -> str | None:
    if ms is None:
        return None
    when = _EPOCH + timedelta(milliseconds=ms)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
