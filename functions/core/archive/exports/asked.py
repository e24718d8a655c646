"""What a caller asks for: the body of the request, checked field by field."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.core.archive.exports import policy
from functions.core.archive.exports.errors import InvalidExportError
from functions.core.runtime.http.problems import FieldError

MAX_BYTES = 16 * 1024  # a reason of 500 characters, every one of them escaped, and then some
_FIELDS = ("reason", "contact_id", "conversation_id", "from", "to")
_ID = re.compile(r"[!-~]{1,200}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    reason: str = field(repr=False)
    contact_id: str | None = None
    conversation_id: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    @property
    def canonical(self) -> str:
        """The same for two requests that ask for the same."""
        parts = (self.reason, self.contact_id, self.conversation_id, self.from_ms, self.to_ms)
        return json.dumps(parts)


def asked_from(body: bytes) -> Asked:
    """InvalidExportError names every field that is wrong, never its value."""
    told = _object(body)
    errors = [
        FieldError(name, "is not a field of this request") for name in told.keys() - {*_FIELDS}
    ]
    reason = _reason(told, errors)
    ids = {name: _id(told, name, errors) for name in ("contact_id", "conversation_id")}
    times = {name: _time(told, name, errors) for name in ("from", "to")}
    if ids["contact_id"] and ids["conversation_id"]:
        errors.append(FieldError("conversation_id", "cannot stand beside contact_id"))
    if times["from"] is not None and times["to"] is not None and times["from"] >= times["to"]:
        errors.append(FieldError("to", "must be later than from"))
    if all(told.get(name) is None for name in _FIELDS[1:]):
        errors.append(FieldError("contact_id", "is required, or conversation_id, from or to"))
    if errors:
        raise InvalidExportError(sorted(errors, key=lambda error: error.field))
    return Asked(reason, ids["contact_id"], ids["conversation_id"], times["from"], times["to"])


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise InvalidExportError([FieldError("body", "must be a JSON object")])
    return told


def _reason(told: Mapping[str, Any], errors: list[FieldError]) -> str:
    reason, longest = told.get("reason"), policy.number("export", "reason")
    if not isinstance(reason, str) or not reason.strip() or len(reason) > longest:
        errors.append(FieldError("reason", f"is required: 1 to {longest} characters"))
        return ""
    try:
        reason.encode()
    except UnicodeEncodeError:
        errors.append(FieldError("reason", "is not text that can be stored"))
    return reason.strip()


def _id(told: Mapping[str, Any], name: str, errors: list[FieldError]) -> str | None:
    value = told.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _ID.fullmatch(value):
        errors.append(FieldError(name, "is not an id"))
        return None
    return value


def _time(told: Mapping[str, Any], name: str, errors: list[FieldError]) -> int | None:
    """Milliseconds since 1970."""
    value = told.get(name)
    if value is None:
        return None
    try:
        when = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        when = datetime.min  # noqa: DTZ901 (it has no zone, so it is refused)
    if when.tzinfo is None:
        errors.append(FieldError(name, "must be a time with a zone, as in 2026-11-24T08:00:00Z"))
        return None
    return (when - _EPOCH) // timedelta(milliseconds=1)
