"""Which fields of Meta's JSON are structure: ids, addresses, times, which no person typed."""

import re

# Whatever they hold.
_OPAQUE = frozenset({"sha256", "file_sha256", "mime_type", "sdp", "ctwa_clid"})
_MEDIA = frozenset({"audio", "document", "image", "sticker", "video", "voice"})

# As long as they hold digits in one piece and no more of them than the thing itself can have.
_ADDRESSES = frozenset(
    {"wa_id", "from", "to", "input", "customer", "phone_number", "display_phone_number"}
)
_NUMBERS = frozenset({"id", "ids", "timestamp", "time", "expiration", "expiration_timestamp"})
_ADDRESS = re.compile(r"\+?[0-9]{1,15}")  # E.164
_NUMBER = re.compile(r"[0-9]{1,20}")

# Here an id is what the business chose for a button or a row: it may say anything.
_CHOSEN = frozenset({"button_reply", "list_reply", "reply", "buttons", "rows"})

# A caller's or a contact card's phone number is content, but no card has so few digits there.
_LEAST_IN_PHONE = 14


def is_structure(parent: str, field: str, text: str) -> bool:
    """`parent`: the name of the object that holds the field, or of the array that holds it."""
    if field in _OPAQUE or (field == "url" and parent in _MEDIA):
        return True
    if field == "name" and parent == "template":
        return True
    if field in _ADDRESSES:
        return _ADDRESS.fullmatch(text) is not None
    if field == "id" and parent in _CHOSEN:
        return False
    is_number = field in _NUMBERS or field.endswith(("_id", "_ids", "_time", "_ms"))
    return is_number and _NUMBER.fullmatch(text) is not None


def least_digits(field: str, shortest: int) -> int:
    return _LEAST_IN_PHONE if field == "phone" else shortest
