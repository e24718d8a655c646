"""Text into HTML: escaped, in its own direction, never more than text."""

from datetime import UTC, datetime
from html import escape
from typing import Any

_MEGABYTE, _KILOBYTE = 1_000_000, 1_000


def esc(value: Any) -> str:
    """Safe in text and in quoted attributes. Control characters, which HTML forbids, are named."""
    return escape("".join(_visible(c) for c in str(value)), quote=True)


def _visible(character: str) -> str:
    if character in "\n\t" or (character >= " " and not "\x7f" <= character <= "\x9f"):
        return character if not "\ud800" <= character <= "\udfff" else "\ufffd"
    return f"\u27e8U+{ord(character):04X}\u27e9"


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
