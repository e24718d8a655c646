"""Can this JSON hold a card number at all? Answered on the raw bytes, at the speed of C.

Yes is a guess that the detector checks; no is certain (a test compares the two). So everything
that could stand between digits counts as nothing, and every digit outside ASCII means yes.
"""

import re

from functions.core.cards.fields import is_structure
from functions.core.cards.issuers import FIRST_DIGITS, SHORTEST, is_card

_CONTROL = bytes(byte for byte in range(0x20) if byte not in b"\n\t\r") + b"\x7f"
# 0x80 and above: parts of letters, but also of no-break and zero-width spaces
_BETWEEN = b"\n\t\r -.,/_|:*()\\" + _CONTROL + bytes(range(0x80, 0x100))
# what UTF-8 begins digits of other scripts with, and much else (a test knows them all)
_LEADS = b"\xd9\xdb\xdf\xe0\xe1\xea\xef\xf0"
_ZERO, _SPACE = b"0 "
_LEAD, _OTHER = b"?x"
_KINDS = {_ZERO: b"0123456789", _LEAD: _LEADS, _SPACE: _BETWEEN}
_CLASSES = bytes(
    next((kind for kind, bytes_ in _KINDS.items() if byte in bytes_), _OTHER)
    for byte in range(0x100)
)
_RUN = b"0" * SHORTEST
_RUNS = re.compile(_RUN + b"0*")  # begins with letters of its own, so it is searched for fast

_LONGEST_FIELD = 40
_FIELD = re.compile(rb'"([a-z_]+)"\s*:\s*"\Z')

_ASCII = bytes(range(0x80))
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
# Digits beyond U+FFFF, as JSON writes them; the two left out hold emoji and no digit.
_FOREIGN_PAIR = re.compile("[\ud800-\ud83b][\udc00-\udfff]|\ud83e[\udff0-\udff9]")
_ESCAPED_CONTROL = re.compile(rb"\\[nrtbf]")


def may_hold_card(body: bytes) -> bool:
    if b"\\" in body:
        if b"\\\\u" in body:  # JSON inside JSON that escapes more than ASCII
            return True
        if b"\\u" in body:
            text = body.decode("raw_unicode_escape", "ignore")
            if (
                _FOREIGN_DIGIT.search(text)
                or _FOREIGN_PAIR.search(text)
                or _has_foreign_digit(body)
            ):
                return True
            body = text.encode("ascii", "ignore")
        body = _ESCAPED_CONTROL.sub(b" ", body)
    return _has_candidate(body)


def _has_foreign_digit(body: bytes) -> bool:
    beyond_ascii = body.translate(None, _ASCII).decode("utf-8", "ignore")
    return _FOREIGN_DIGIT.search(beyond_ascii) is not None


def _has_candidate(body: bytes) -> bool:
    """A run of digits that is a card number, or enough digits between other characters."""
    classes = body.translate(_CLASSES) + b"x"  # which also stands before the first byte
    if _LEAD in classes:
        if _has_foreign_digit(body):
            return True
        classes = classes.replace(b"?", b" ")
    runs = 0
    for found in _RUNS.finditer(classes):
        begin, end = found.span()
        if body[begin] in FIRST_DIGITS.get(end - begin, b"") and _is_suspicious(body, begin, end):
            return True
        beside = classes[begin - 1] == _SPACE or classes[end] == _SPACE
        if beside and _goes_on(classes, begin, end):
            return True
        runs += (end - begin) // SHORTEST
    return body.translate(_CLASSES, _BETWEEN).count(_RUN) > runs


def _goes_on(classes: bytes, begin: int, end: int) -> bool:
    """More digits before or after, behind separators only."""
    before, after = begin - 1, end
    while classes[before] == _SPACE:
        before -= 1
    while classes[after] == _SPACE:
        after += 1
    return _ZERO in (classes[before], classes[after])


def _is_suspicious(body: bytes, begin: int, end: int) -> bool:
    """One phone number in ten passes for a card of 13 digits: those in Meta's own fields do not."""
    if not is_card(body[begin:end]):
        return False
    field = _FIELD.search(body[max(0, begin - _LONGEST_FIELD) : begin])
    return (
        field is None
        or field[1] == b"id"  # of a button, perhaps
        or not is_structure("", field[1].decode(), body[begin:end].decode())
        or body[end : end + 1] != b'"'
    )
