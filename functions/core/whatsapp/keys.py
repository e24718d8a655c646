"""What identifies an update for ever: a fact of the domain, the same in every redelivery."""

from typing import Any

from functions.core.whatsapp.explode import HISTORY_MESSAGE, Piece
from functions.core.whatsapp.people import Aliases
from functions.core.whatsapp.reading import canonical, mapping, moment_ms, text

_MESSAGES = ("messages", "message_echoes", HISTORY_MESSAGE)


def message_id(piece: Piece) -> str:
    raw = mapping(piece.raw)
    if piece.element == "calls":
        return text(raw.get("id")) or text(raw.get("wacid"))
    return text(raw.get("id")) if piece.element in (*_MESSAGES, "statuses") else ""


def own_time_ms(piece: Piece) -> int | None:
    raw = mapping(piece.raw)
    written = (
        raw.get("timestamp"),
        mapping(raw.get("metadata")).get("timestamp"),
        raw.get("start_time"),
    )
    return next((ms for value in written if (ms := moment_ms(value)) is not None), None)


def key_of(piece: Piece, person: Aliases) -> str:
    """`person`: a status is one recipient's; a message to a group has one for each member.

    The type is part of a message's key: a placeholder and the message that later replaces it
    under the same id are two updates.
    """
    raw = mapping(piece.raw)
    own_id = message_id(piece)
    parts: list[Any]
    if own_id and piece.element in _MESSAGES:
        parts = [own_id, text(raw.get("type"))]
    elif own_id and piece.element == "statuses":
        parts = [own_id, text(raw.get("status")), person[0].value if person else ""]
    elif own_id and piece.element == "calls":
        parts = [own_id, text(raw.get("event")), raw.get("status")]
    else:
        return _by_content(piece)
    return canonical([piece.element, *parts])


def _by_content(piece: Piece) -> str:
    """An element that says no time of its own may be said again: the entry's time tells."""
    place = piece.place
    time = place.time if own_time_ms(piece) is None else None
    number = text(place.metadata.get("phone_number_id"))
    return canonical([place.waba_id, number, place.field, piece.element, piece.raw, time])
