"""Cursors: where a page ended, opaque to callers and valid for the list that gave them out."""

import base64
import binascii
import json
import re
from collections.abc import Mapping

from functions.core.conversations.read_errors import BadCursorError
from functions.core.runtime.records import digest_of

_POSITION = re.compile(r"[0-9]{13}#[A-Za-z0-9_#~-]{1,200}")
_LONGEST = 600


def encode(scope: str, position: str, step: int = 0) -> str:
    """`step`: how far into several entries that share one position."""
    fields = {"l": _mark(scope), "p": position, "s": step}
    data = json.dumps(fields, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(scope: str, cursor: str) -> tuple[str, int]:
    """Position and step; `BadCursorError` for anything that `encode` did not make."""
    fields = _fields(cursor)
    position, step = fields.get("p"), fields.get("s")
    if fields.get("l") != _mark(scope):
        raise BadCursorError("the cursor belongs to another list")
    if not isinstance(position, str) or _POSITION.fullmatch(position) is None:
        raise BadCursorError("the cursor names no position")
    if type(step) is not int or step < 0:
        raise BadCursorError("the cursor names no step")
    return position, step


def _mark(scope: str) -> str:
    return digest_of(scope)[:8]


def _fields(cursor: str) -> Mapping[str, object]:
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise BadCursorError("the cursor is no cursor")
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        fields = json.loads(data)
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursorError("the cursor is no cursor") from None
    if not isinstance(fields, dict):
        raise BadCursorError("the cursor is no cursor")
    return fields
