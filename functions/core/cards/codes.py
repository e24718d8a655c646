"""The code on the back of a card (CVV) beside its number: may never be stored, not even encrypted.

PCI DSS 4.0.1, requirement 3.3.1.
"""

import re
from collections.abc import Iterator
from functools import cache

from functions.core.cards import words
from functions.core.cards.alphabet import MARK

_AFTER = 120  # characters, as far as a code belongs to the number before it
_BEFORE = 80

_GAP = rf"(?:[^\w{MARK}]|_){{0,6}}"
_WORDS = r"(?:[^\W\d_]{1,14}[\W_]{1,3}){0,3}"  # "expiry date", "valid thru", in any language
_DATE = r"(?:(?:0?[1-9]|1[0-2])[\W_]{1,3}(?:20)?[2-4][0-9]|(?:0[1-9]|1[0-2])(?:20)?[2-4][0-9])"
_NO_DATE = r"(?!(?:(?:0[1-9]|1[0-2])[2-4][0-9]|20[2-4][0-9])(?![0-9]))"
_LETTER = r"[^\W\d_]"


def codes(text: str, start: int, end: int, limits: tuple[int, int]) -> Iterator[int]:
    """Places of digits of the codes of one number, in a plain text.

    `limits`: where the number before ends, and where the next begins.
    """
    after = text[end : min(end + _AFTER, limits[1])]
    alone = _alone().match(after)
    if alone:
        yield from range(end + alone.start("code"), end + alone.end("code"))
    begin = max(start - _BEFORE, limits[0], 0)
    for part, offset in ((after, end), (text[begin:start], begin)):
        for found in _named().finditer(part):
            group = "code" if found["code"] else "first"
            yield from range(offset + found.start(group), offset + found.end(group))


@cache
def _alone() -> re.Pattern[str]:
    """Three digits, or four, behind the number or its date, and no more of them behind."""
    money = words.any_of("money")
    return re.compile(
        rf"(?:{_GAP}{_WORDS}{_DATE}(?![0-9]){_GAP}|{_GAP}{_NO_DATE})"
        rf"(?<![0-9{MARK}])(?P<code>[0-9]{{3,4}})"
        rf"(?![0-9{MARK}]|[.,][0-9]|\s?{money}|[\W_]{{1,3}}[0-9{MARK}]{{3}})",
        re.IGNORECASE,
    )


@cache
def _named() -> re.Pattern[str]:
    """Such as "CVV: 123", "cvv is 123", or "123 is the cvv" when no digits follow the word."""
    code = words.any_of("code")
    behind = rf"[^0-9{MARK}]{{0,20}}(?P<code>[0-9]{{3,4}})(?![0-9{MARK}])"
    nothing_behind = rf"(?![^0-9{MARK}]{{0,20}}[0-9]{{3,4}}(?![0-9{MARK}]))"
    return re.compile(
        rf"(?<!{_LETTER}){code}{behind}"
        rf"|(?<![0-9{MARK}])(?P<first>[0-9]{{3,4}})[^0-9{MARK}]{{1,12}}(?<!{_LETTER}){code}{nothing_behind}",
        re.IGNORECASE,
    )
