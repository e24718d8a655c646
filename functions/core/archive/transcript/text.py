"""Text into HTML: escaped, in its own direction, never more than text."""

import re
from datetime import UTC, datetime
from html import escape
from typing import Any

_MEGABYTE, _KILOBYTE = 1_000_000, 1_000


# Control characters, which HTML forbids, and halves of characters, which are none.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def esc(value: Any) -> str:
    """Safe in text and in quoted attributes; what could not be seen is named."""
    return escape(visible(str(value)), quote=True)


def visible(words: str) -> str:
    return _ODD.sub(lambda odd: f"\u27e8U+{ord(odd[0]):04X}\u27e9", words)


def said(value: Any, kind: str = "said") -> str:
    """Words of a person: each paragraph in its own direction, kept apart from ours."""
    return f'<div class="{kind}" dir="auto">{esc(value)}</div>'


def name(value: Any) -> str:
    """A name within a line of ours; what is written from right to left stays in its place."""
    return f"<bdi>{esc(value)}</bdi>"


def clock(iso: str | None) -> str:
    """14:03:20 of a day that stands above."""
    return f'<time datetime="{esc(iso)}">{_when(iso):%H:%M:%S}</time>' if iso else "time unknown"


def date_and_time(iso: str | None) -> str:
    if not iso:
        return "unknown"
    when = _when(iso)
    return f'<time datetime="{esc(iso)}">{when.day} {when:%B %Y, %H:%M:%S} UTC</time>'


def day(iso: str | None) -> str:
    if not iso:
        return "Without a time"
    when = _when(iso)
    return f"{when:%A}, {when.day} {when:%B %Y}"


def size(number: Any) -> str:
    if not isinstance(number, int):
        return "size unknown"
    if number >= _MEGABYTE:
        return f"{number / _MEGABYTE:.1f} MB ({number:,} bytes)"
    if number >= _KILOBYTE:
        return f"{number / _KILOBYTE:.1f} kB ({number:,} bytes)"
    return f"{number} bytes"


def words(code: Any) -> str:
    """`outside_customer_service_window` as a person reads it."""
    return esc(str(code).replace("_", " "))


def _when(iso: str) -> datetime:
    return datetime.fromisoformat(iso).astimezone(UTC)
