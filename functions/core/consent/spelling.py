"""One spelling for what people type: no case, accents, punctuation or emoji; words only.

Character by character, so that the time is linear: normalising a whole text sorts its combining
marks, and a hostile run of them takes quadratic time.
"""

import re
import unicodedata
from collections.abc import Iterator

_INSIDE = "\x00"  # punctuation that words have inside, too
_END = "\x01"  # punctuation or emoji that ends a clause
_REMEMBERED = 8192  # characters; more than the alphabets of a region have
_TATWEEL = "\u0640"
_NUKTA = "\u093c"
# no decomposition in Unicode, but one on a keyboard without the letter
_ALIKE = {
    "\u0131": "i",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "æ": "ae",
    "œ": "oe",
    "ى": "ي",
    "ة": "\u0647",
}
_ALIKE |= {"ی": "ي", "ک": "ك", "ँ": "ं", _TATWEEL: ""}
_ENDING = frozenset(".,;:!?\u060c\u061b\u061f\u0964")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


class _Plain(dict[int, str]):
    """Filled as characters come by, up to a bound: the text is a stranger's."""

    def __missing__(self, code: int) -> str:
        found = _plain(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = found
        return found


def _plain(char: str) -> str:
    if char.isspace():
        return _END if char == "\n" else " "
    parts = unicodedata.normalize("NFKD", char.casefold()).casefold()
    return "".join(_part(part) for part in parts)


def _part(char: str) -> str:
    if char in _ALIKE:
        return _ALIKE[char]
    kind = unicodedata.category(char)
    if kind[0] in "LN":
        return char
    if kind[0] == "M":
        # vowels of Devanagari are marks; accents, harakat and niqqud are left out by many
        return char if "\u0900" <= char <= "\u097f" and char != _NUKTA else ""
    if kind[0] == "C":
        return ""
    return _END if char in _ENDING or kind == "So" else _INSIDE


_PLAIN = _Plain()


def readings(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a text, in one or two ways: "opt-out!" is ("opt", "out") and ("optout",)."""
    plain = text.translate(_PLAIN)
    apart = _words(plain.replace(_INSIDE, " ").replace(_END, " "))
    if _INSIDE not in plain and _END not in plain:
        return (apart,)
    together = _words(plain.replace(_INSIDE, "").replace(_END, ""))
    return (apart,) if apart == together else (apart, together)


def clauses(text: str) -> Iterator[tuple[str, ...]]:
    """The words between two marks of punctuation, or emoji."""
    plain = text.translate(_PLAIN).replace(_INSIDE, " ")
    return (_words(clause) for clause in plain.split(_END) if clause.strip())


def _words(plain: str) -> tuple[str, ...]:
    """Letters that stand alone are one word (s t o p), what is said twice is said once."""
    words = _STRETCHED.sub(r"\1", plain).split()
    if len(words) > 2 and all(len(word) == 1 for word in words):  # noqa: PLR2004 - "a b" is not
        return ("".join(words),)
    before = ["", *words]
    return tuple(word for word, last in zip(words, before, strict=False) if word != last)
