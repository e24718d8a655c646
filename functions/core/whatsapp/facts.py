"""What an element says about windows, statuses, prices and errors."""

from collections.abc import Mapping
from typing import Any

from functions.core.whatsapp.explode import HISTORY_MESSAGE, Piece
from functions.core.whatsapp.model import (
    MessageStatus,
    MetaError,
    Pricing,
    Unknown,
    UpdateKind,
)
from functions.core.whatsapp.reading import elements, mapping, text
from functions.core.whatsapp.vocabulary import FIELDS, MESSAGE_TYPES

# Sent by WhatsApp about the person, not by the person to us: they open no window.
_NO_MESSAGE = ("system", "request_welcome", "edit", "revoke")
_AD_SOURCES = ("ad", "post", "page")  # where a click leads into a chat

_KINDS = {
    "messages": UpdateKind.MESSAGE,
    "message_echoes": UpdateKind.ECHO,
    HISTORY_MESSAGE: UpdateKind.HISTORY_MESSAGE,
    "statuses": UpdateKind.STATUS,
    "calls": UpdateKind.CALL,
    "user_preferences": UpdateKind.USER_PREFERENCE,
    "user_id_update": UpdateKind.IDENTITY,
}
_MESSAGES = (UpdateKind.MESSAGE, UpdateKind.ECHO, UpdateKind.HISTORY_MESSAGE)


def kind_of(piece: Piece) -> UpdateKind:
    if not isinstance(piece.raw, dict):
        return UpdateKind.ACCOUNT
    if piece.element == "statuses" and piece.raw.get("type") == "call":
        return UpdateKind.CALL
    return _KINDS.get(piece.element, UpdateKind.ACCOUNT)


def unknown_of(piece: Piece) -> Unknown | None:
    if piece.odd or not isinstance(piece.raw, dict):
        return Unknown.SHAPE
    if piece.place.field not in FIELDS:
        return Unknown.FIELD
    kind = kind_of(piece)
    if kind in _MESSAGES and text(piece.raw.get("type")) not in MESSAGE_TYPES:
        return Unknown.TYPE
    if kind is UpdateKind.STATUS and _status(piece.raw.get("status")) is MessageStatus.UNKNOWN:
        return Unknown.STATUS
    return None


def facts_of(piece: Piece, kind: UpdateKind, *, by_business: bool) -> dict[str, Any]:
    """Fields of `Update` that follow from the element alone."""
    raw = mapping(piece.raw)
    referral = mapping(raw.get("referral"))
    return {
        "type": _type(piece, raw),
        "opens_window": _opens_window(raw, kind, by_business=by_business),
        "entry_point": kind is UpdateKind.MESSAGE
        and (bool(text(referral.get("ctwa_clid"))) or referral.get("source_type") in _AD_SOURCES),
        "callback": text(raw.get("biz_opaque_callback_data")),
        "status": _status_of(piece, raw),
        "errors": tuple(_errors(piece, raw)),
        "pricing": _pricing(raw.get("pricing")),
    }


def _type(piece: Piece, raw: Mapping[str, Any]) -> str:
    return text(raw.get("event" if piece.element == "calls" else "type"))


def _opens_window(raw: Mapping[str, Any], kind: UpdateKind, *, by_business: bool) -> bool:
    if kind is UpdateKind.CALL:
        return raw.get("direction") == "USER_INITIATED"
    return kind is UpdateKind.MESSAGE and not by_business and raw.get("type") not in _NO_MESSAGE


def _status_of(piece: Piece, raw: Mapping[str, Any]) -> MessageStatus | None:
    if piece.element == "statuses" and raw.get("type") != "call":
        return _status(raw.get("status"))
    if piece.element == HISTORY_MESSAGE and "history_context" in raw:
        return _status(mapping(raw["history_context"]).get("status"))
    return None


def _status(value: Any) -> MessageStatus:
    return MessageStatus(text(value).lower())


def _errors(piece: Piece, raw: Mapping[str, Any]) -> list[MetaError]:
    said = [raw] if piece.element == "errors" else elements(raw.get("errors"))
    return [_error(error) for error in said if isinstance(error, dict)]


def _error(raw: Mapping[str, Any]) -> MetaError:
    code = text(raw.get("code"))
    details = mapping(raw.get("error_data")).get("details", raw.get("details"))
    return MetaError(
        code=int(code) if code.isascii() and code.isdigit() and len(code) <= 12 else None,  # noqa: PLR2004 (Meta's longest code has 7)
        title=text(raw.get("title")),
        message=text(raw.get("message")),
        details=text(details),
    )


def _pricing(raw: Any) -> Pricing | None:
    if not isinstance(raw, dict):
        return None
    billable = raw.get("billable")
    return Pricing(
        billable=billable if isinstance(billable, bool) else None,
        pricing_model=text(raw.get("pricing_model")),
        type=text(raw.get("type")),
        category=text(raw.get("category")),
    )
