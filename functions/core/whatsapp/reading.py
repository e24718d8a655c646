"""Reading single values out of JSON whose shape nobody guarantees."""

import json
import re
from collections.abc import Mapping
from typing import Any

from functions.core.contacts.model import Alias, AliasKind

# Meta's ids of phone numbers are digits; letters and dashes are let through for stand-ins. What
# does not fit cannot become part of a key.
_PHONE_NUMBER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# E.164 has at most 15 digits; a little room for WhatsApp ids that are no phone numbers.
_NUMBER = re.compile(r"\+?([0-9][0-9 ().-]{0,38})")
_NOT_DIGIT = re.compile(r"[^0-9]")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")

_LAST_SECOND = 253_402_300_799  # 9999-12-31, what a calendar of four-digit years can show


def text(value: Any) -> str:
    """The text of a JSON string or whole number, else ''. Never a lone surrogate."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def elements(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def phone_number_id(value: Any) -> str | None:
    found = text(value)
    return found if _PHONE_NUMBER_ID.fullmatch(found) else None


def digits(value: Any) -> str:
    """The digits of a phone number or WhatsApp id as Meta writes it, else ''."""
    match = _NUMBER.fullmatch(text(value).strip())
    return _NOT_DIGIT.sub("", match[1]) if match else ""


def moment_ms(value: Any) -> int | None:
    """Epoch milliseconds of Meta's seconds (text or number; a few fields are milliseconds)."""
    written = text(value)
    if not (written.isascii() and written.isdigit() and len(written) <= 16):  # noqa: PLR2004 (more digits than any time of this millennium)
        return None
    seconds = int(written)
    return seconds if seconds > _LAST_SECOND else seconds * 1000


def canonical(value: Any) -> str:
    """One spelling for equal JSON values; plain ASCII, so any store can take it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def number(kind: AliasKind, value: Any) -> tuple[Alias, ...]:
    found = digits(value)
    return (Alias(kind, found),) if found else ()


def scoped_id(kind: AliasKind, value: Any) -> tuple[Alias, ...]:
    found = text(value).strip()
    return (Alias(kind, found),) if found else ()


def number_or_bsuid(value: Any) -> tuple[Alias, ...]:
    """Where Meta puts a phone number or, for people who hide theirs, a BSUID."""
    if _BSUID.fullmatch(text(value)):
        return (Alias(AliasKind.BSUID, text(value)),)
    return number(AliasKind.PHONE, value)
