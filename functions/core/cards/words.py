"""The words of policies/cards.toml, in the many languages people write about cards in."""

import re
from functools import cache

from functions.core.cards.alphabet import plain
from functions.core.runtime import policies

_LETTER = r"[^\W\d_]"


def card(text: str) -> bool:
    return _compiled(any_of("card")).search(text) is not None


def label(text: str) -> bool:
    """It names another kind of number."""
    return _compiled(any_of("label")).search(text) is not None


def code(text: str) -> bool:
    """It speaks of the code on the back of a card."""
    return _compiled(any_of("code")).search(text) is not None


def opens(text: str) -> bool:
    """It ends with a word that people write right before a number, without a space."""
    return _compiled(any_of("card", "opening", at_end=True)).search(text) is not None


def follows(text: str) -> bool:
    return _compiled(any_of("following", "code")).match(text) is not None


@cache
def any_of(*kinds: str, at_end: bool = False) -> str:
    """A pattern; "kart*" in the data stands for all words that begin so."""
    written = [word for kind in kinds for word in policies.load("cards")["words"][kind]]
    alternatives = "|".join(_one(word) for word in sorted(written, key=len, reverse=True))
    return f"(?:{alternatives})" + (r"\Z" if at_end else "")


def _one(word: str) -> str:
    stem = re.escape(plain(word.rstrip("*")))
    if not stem[0].isalpha():
        return stem
    # scripts without case join small words to the front
    begin = f"(?<!{_LETTER})" if stem.lower() != stem.upper() else ""
    return begin + stem + ("" if word.endswith("*") else f"(?!{_LETTER})")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
