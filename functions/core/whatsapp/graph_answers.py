"""What came of asking Graph to send a message. Four outcomes, because two would be a lie."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.core.whatsapp.graph_errors import ErrorClass, Guidance, guidance
from functions.core.whatsapp.reading import elements, mapping, text

_GATEWAY_LOST_GRAPH = (502, 504)
_SERVER_ERROR = 500
_THROTTLED = 429
_BAD_REQUEST = 400


@dataclass(frozen=True)
class Accepted:
    """Graph took it; whether it is delivered comes back as statuses.

    `contacts`: (input, wa_id, user_id) as Graph resolved the recipient.
    """

    wamid: str = field(repr=False)
    message_status: str
    contacts: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Refused:
    """Graph said no. `code` None: something answered, but not in Graph's words.

    `title` and `details` may quote the recipient's number: for the message's record, not for logs.
    """

    code: int | None
    title: str = field(repr=False)
    http_status: int
    error_class: ErrorClass
    retry_delay_seconds: float = 0
    details: str = field(default="", repr=False)
    trace_id: str = ""


@dataclass(frozen=True)
class Ambiguous:
    """The request left and no answer says what became of it."""

    reason: str


@dataclass(frozen=True)
class NotSent:
    """Nothing left this machine."""

    reason: str


Outcome = Accepted | Refused | Ambiguous | NotSent


def outcome_of(http_status: int, body: bytes, *, retry_after: str = "") -> Outcome:
    answer = _json(body)
    error = mapping(answer.get("error"))
    if error:
        return _refused(http_status, error, retry_after)
    if http_status < 300:  # noqa: PLR2004 (HTTP's success range)
        return _accepted(answer)
    if http_status in _GATEWAY_LOST_GRAPH:
        return Ambiguous(f"HTTP {http_status}")
    return _refused(http_status, {}, retry_after)


def unusable_token() -> Refused:
    """What Graph would say to a token that is none; asking it would only leak the text."""
    known = guidance(190)
    return Refused(190, "access token is empty or malformed", _BAD_REQUEST, known.error_class)


def _accepted(answer: Mapping[str, Any]) -> Outcome:
    if answer.get("success") is True:
        return Accepted(wamid="", message_status="accepted")  # mark as read makes no message
    message = mapping(next(iter(elements(answer.get("messages"))), None))
    wamid = text(message.get("id"))
    if not wamid:
        return Ambiguous("success without a message id")
    return Accepted(
        wamid=wamid,
        message_status=text(message.get("message_status")) or "accepted",
        contacts=tuple(c for c in elements(answer.get("contacts")) if isinstance(c, dict)),
    )


def _refused(http_status: int, error: Mapping[str, Any], retry_after: str) -> Refused:
    code = error.get("code")
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    known = _known(code, http_status)
    said = text(error.get("message"))
    return Refused(
        code=code,
        title=text(error.get("error_user_title")) or said or f"HTTP {http_status}",
        http_status=http_status,
        error_class=known.error_class,
        retry_delay_seconds=max(known.delay_seconds, _seconds(retry_after)),
        details=text(mapping(error.get("error_data")).get("details")),
        trace_id=text(error.get("fbtrace_id")),
    )


def _known(code: int | None, http_status: int) -> Guidance:
    if code is None and http_status < _SERVER_ERROR and http_status != _THROTTLED:
        return Guidance(ErrorClass.UNKNOWN)
    return guidance(code)


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0
