"""What a caller asks for: the body of the request, checked field by field."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.core.holds import policy
from functions.core.holds.errors import InvalidHoldError
from functions.core.holds.model import Scope, ScopeKind
from functions.core.runtime.http.problems import FieldError

# two texts of 500 characters, every one escaped, and the ids of a hundred contacts
MAX_BYTES = 32 * 1024
_WORDS = ("matter", "authority")
_FIELDS = (*_WORDS, "contact_id", "conversation_id", "incident_id", "contact_ids", "from", "until")
_ID = re.compile(r"[!-~]{1,200}")
_INCIDENT = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """`matter`: which case. `authority`: who ordered it, and under which rule."""

    scope: Scope
    matter: str = field(repr=False)
    authority: str = field(repr=False)

    @property
    def canonical(self) -> str:
        """The same for two requests that ask for the same."""
        return json.dumps([self.scope.as_item(), self.matter, self.authority], sort_keys=True)


def asked_from(body: bytes) -> Asked:
    """InvalidHoldError names every field that is wrong, never its value."""
    told = _object(body)
    errors = [FieldError(name, "is not a field of this request") for name in {*told} - {*_FIELDS}]
    words = {name: _text(told, name, errors) for name in _WORDS}
    scope = _scope(told, errors)
    if errors:
        raise InvalidHoldError(sorted(errors, key=lambda error: error.field))
    return Asked(scope, words["matter"], words["authority"])


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise InvalidHoldError([FieldError("body", "must be a JSON object")])
    return {name: value for name, value in told.items() if value is not None}


def _text(told: Mapping[str, Any], name: str, errors: list[FieldError]) -> str:
    text, longest = told.get(name), policy.number("place", name)
    if not isinstance(text, str) or not text.strip() or len(text) > longest:
        errors.append(FieldError(name, f"is required: 1 to {longest} characters"))
        return ""
    try:
        text.encode()
    except UnicodeEncodeError:
        errors.append(FieldError(name, "is not text that can be stored"))
    return text.strip()


def _scope(told: Mapping[str, Any], errors: list[FieldError]) -> Scope:
    begins, ends = (_time(told, name, errors) for name in ("from", "until"))
    if begins is not None and ends is not None and begins >= ends:
        errors.append(FieldError("until", "must be later than from"))
    kind = _kind(told, errors)
    if "contact_ids" in told and "incident_id" not in told:
        errors.append(FieldError("contact_ids", "stands beside incident_id only"))
    number: str | None = None
    contacts: tuple[str, ...] = ()
    if kind is ScopeKind.CONTACT:
        contacts = _contacts([told["contact_id"]], "contact_id", errors)
    elif kind is ScopeKind.CONVERSATION:
        number, contacts = _conversation(told["conversation_id"], errors)
    elif kind is ScopeKind.INCIDENT:
        contacts = _incident(told, errors)
    return Scope(
        kind=kind,
        contacts=contacts,
        phone_number_id=number,
        incident=told.get("incident_id"),
        from_ms=begins,
        until_ms=ends,
    )


def _kind(told: Mapping[str, Any], errors: list[FieldError]) -> ScopeKind:
    chosen = [
        kind
        for kind in (ScopeKind.CONTACT, ScopeKind.CONVERSATION, ScopeKind.INCIDENT)
        if f"{kind}_id" in told
    ]
    errors += [
        FieldError(f"{other}_id", f"cannot stand beside {chosen[0]}_id") for other in chosen[1:]
    ]
    if not chosen and "from" not in told and "until" not in told:
        reason = "is required, or conversation_id, incident_id, from or until"
        errors.append(FieldError("contact_id", reason))
    return chosen[0] if chosen else ScopeKind.RANGE


def _conversation(value: Any, errors: list[FieldError]) -> tuple[str | None, tuple[str, ...]]:
    number, dot, contact = value.rpartition(".") if isinstance(value, str) else ("", "", "")
    if not dot or not _ID.fullmatch(value) or not number:
        errors.append(FieldError("conversation_id", "is not an id"))
        return None, ()
    return number, _contacts([contact], "conversation_id", errors)


def _incident(told: Mapping[str, Any], errors: list[FieldError]) -> tuple[str, ...]:
    if not isinstance(told["incident_id"], str) or not _INCIDENT.fullmatch(told["incident_id"]):
        errors.append(FieldError("incident_id", "is not an id"))
    named, most = told.get("contact_ids"), policy.number("place", "contacts")
    if not isinstance(named, list) or not 1 <= len(named) <= most:
        errors.append(FieldError("contact_ids", f"is required: a list of 1 to {most}"))
        return ()
    return _contacts(named, "contact_ids", errors)


def _contacts(named: list[Any], name: str, errors: list[FieldError]) -> tuple[str, ...]:
    if not all(isinstance(one, str) and _ID.fullmatch(one) for one in named):
        errors.append(FieldError(name, "is not an id"))
        return ()
    return tuple(dict.fromkeys(named))


def _time(told: Mapping[str, Any], name: str, errors: list[FieldError]) -> int | None:
    """Milliseconds since 1970."""
    if name not in told:
        return None
    try:
        when = datetime.fromisoformat(told[name])
    except (TypeError, ValueError):
        when = datetime.min  # noqa: DTZ901 (it has no zone, so it is refused)
    if when.tzinfo is None:
        errors.append(FieldError(name, "must be a time with a zone, as in 2026-11-24T08:00:00Z"))
        return None
    return (when - _EPOCH) // timedelta(milliseconds=1)
