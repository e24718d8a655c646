"""What stands around a number and says that it is no card's, or that it is one after all."""

import re
from functools import cached_property

from functions.core.cards import words
from functions.core.cards.alphabet import MARK, UNSEEN
from functions.core.cards.ibans import ibans

_NEAR = 60  # characters on either side in which words about a card count
_LABEL = 30  # characters before a number that say what it is
_LONGEST_PHONE = 15  # digits, E.164
_LONGEST_PREFIX = 2  # the 00 that stands for its plus

_FREE = f"(?<![0-9{MARK}])"
_FREE_AFTER = f"(?![0-9{MARK}])"
_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_FORMS = (
    re.compile(rf"{_FREE}{_DAY}([./-]){_MONTH}\1{_YEAR}{_FREE_AFTER}"),
    re.compile(rf"{_FREE}{_YEAR}([./-]){_MONTH}\1{_DAY}{_FREE_AFTER}"),
    # a UUID
    re.compile(
        r"(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE
    ),
    # a tracking number of USPS
    re.compile(rf"{_FREE}9[1-5][0-9]{{2}}(?: ?[0-9]{{4}}){{4}} ?[0-9]{{2}}{_FREE_AFTER}"),
    # WhatsApp's own ids: of messages and calls, JIDs, and BSUIDs (which are not "NO." or "CC.")
    re.compile(r"(?<!\w)wa[cm]id\.[A-Za-z0-9+/=_-]+"),
    re.compile(r"(?<![0-9-])[0-9-]{5,40}@(?:g\.us|c\.us|lid|s\.whatsapp\.net)\b"),
    re.compile(r"(?<![A-Za-z])(?!N[OR]\.|CC\.)[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]+"),
)
_ADDRESS = re.compile(
    r"(?:(?<![a-z])[a-z]{2,12}://|(?<![\w.-])www\.)[^\s\"'<>]+"
    r"|(?<![\w.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}\.[a-z]{2,24}/\S*",
    re.IGNORECASE,
)
_SHORTEST_WORD = 3
_ENDING = re.compile(r"[^\W_]+\Z")
_BEGINNING = re.compile(r"[^\W_]+")
_PLUS = re.compile(rf"(?:\+|(?<!\w)tel:)[ ({UNSEEN}]*\Z", re.IGNORECASE)
_LAST_NUMBER = re.compile(rf".*(?<![^\W_])[0-9{MARK}]+", re.DOTALL)


class Context:
    """Of one plain text; each part is looked for when a number first asks."""

    def __init__(self, text: str) -> None:
        self._text = text

    def is_taken(self, start: int, end: int) -> bool:
        """Part of something whose form says what it is, digits and all."""
        return any(self._taken[start:end])

    def is_in_address(self, start: int, end: int) -> bool:
        """Web addresses are full of ids: there, the address itself must speak of a card."""
        found = next((a for a in self._addresses if a[0] <= start and end <= a[1]), None)
        return found is not None and not words.card(self._text[found[0] : start])

    def is_phone(self, start: int, digits: int) -> bool:
        """`digits`: in all that follows, until something else than a separator comes."""
        before = self._text[max(0, start - 8) : start]
        if _PLUS.search(before):
            return digits <= _LONGEST_PHONE
        zeros = self._text.startswith("00", start)
        return zeros and digits <= _LONGEST_PHONE + _LONGEST_PREFIX

    def speaks_of_card(self, start: int, end: int) -> bool:
        return words.card(self._text[max(0, start - _NEAR) : end + _NEAR])

    def is_called_otherwise(self, start: int) -> bool:
        """An order, a parcel, a device …: the last words before the number say so."""
        before = self._text[max(0, start - _LABEL) : start]
        return words.label(_LAST_NUMBER.sub("", before))

    def is_glued(self, start: int) -> bool:
        """A piece of a longer code; words may be forgotten to be followed by a space."""
        before = self._text[max(0, start - _LABEL) : start].rstrip(UNSEEN)
        code = _ENDING.search(before)
        return code is not None and _is_code(code[0]) and not words.opens(before)

    def is_glued_after(self, end: int) -> bool:
        after = self._text[end : end + _LABEL].lstrip(UNSEEN)
        code = _BEGINNING.match(after)
        return code is not None and _is_code(code[0]) and not words.follows(after)

    @cached_property
    def _taken(self) -> bytearray:
        return _covered(
            len(self._text),
            [match.span() for form in _FORMS for match in form.finditer(self._text)]
            + list(ibans(self._text)),
        )

    @cached_property
    def _addresses(self) -> list[tuple[int, int]]:
        return [match.span() for match in _ADDRESS.finditer(self._text)]


def _covered(length: int, spans: list[tuple[int, int]]) -> bytearray:
    covered = bytearray(length)
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    return covered


def _is_code(letters: str) -> bool:
    """No word: capitals, digits, or a letter or two. Scripts without case run words together."""
    if letters.lower() == letters.upper():
        return False
    return not letters.isalpha() or letters.isupper() or len(letters) < _SHORTEST_WORD
