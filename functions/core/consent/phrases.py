"""Phrases found in the words of a message, and words that are one slip of the keyboard apart."""

from collections.abc import Iterable, Iterator
from functools import cache

from functions.core.consent.spelling import readings

_GAP = "…"
_WIDEST = 3  # words that a gap stands for
_REST = "*"


Tokens = tuple[str, ...]  # each a word, "stem*", or a gap


class Phrases:
    """Filed by their first word: a look at a message costs what could begin there."""

    def __init__(self, written: Iterable[tuple[str, str]]) -> None:
        """`written`: phrases as in the policy file, each with its language."""
        self._by_word: dict[str, list[tuple[Tokens, str]]] = {}
        self._by_stem: dict[str, list[tuple[Tokens, str]]] = {}
        for text, language in written:
            for tokens in set(_tokens(text)):
                first = tokens[0]
                filed = self._by_stem if first.endswith(_REST) else self._by_word
                filed.setdefault(first.rstrip(_REST), []).append((tokens, language))
        self._longest_stem = max(map(len, self._by_stem), default=0)

    def find(self, words: tuple[str, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The language of each phrase that is there, and the places of its words."""
        for at, word in enumerate(words):
            for tokens, language in self._beginning(word):
                places = _match(words, at, tokens)
                if places is not None:
                    yield language, places

    def _beginning(self, word: str) -> Iterator[tuple[Tokens, str]]:
        yield from self._by_word.get(word, ())
        for length in range(1, min(len(word), self._longest_stem) + 1):
            yield from self._by_stem.get(word[:length], ())


def _tokens(written: str) -> Iterator[Tokens]:
    """In each way that people space it: "don't … text*" begins with "don t" or with "dont"."""
    words = [_ways(word) for word in written.split()]
    for way in (0, -1):
        yield tuple(token for ways in words for token in ways[way])


@cache
def _ways(word: str) -> tuple[tuple[str, ...], ...]:
    if word == _GAP:
        return ((_GAP,),)
    rest = _REST * word.endswith(_REST)
    return tuple((*plain[:-1], plain[-1] + rest) for plain in readings(word))


def _match(words: tuple[str, ...], at: int, tokens: Tokens) -> tuple[int, ...] | None:
    if not tokens:
        return ()
    if tokens[0] == _GAP:
        ways = (_match(words, at + skipped, tokens[1:]) for skipped in range(_WIDEST + 1))
        return next((way for way in ways if way is not None), None)
    if at >= len(words) or not _fits(words[at], tokens[0]):
        return None
    rest = _match(words, at + 1, tokens[1:])
    return None if rest is None else (at, *rest)


def _fits(word: str, token: str) -> bool:
    return word.startswith(token[:-1]) if token.endswith(_REST) else word == token


def is_slip(typed: str, meant: str) -> bool:
    """One letter more, less or other, or two that changed places (Damerau and Levenshtein)."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    pairs = zip(typed, meant, strict=False)
    same = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(typed), len(meant)))
    left, right = typed[same:], meant[same:]
    swapped = left[1::-1] + left[2:] == right and len(left) > 1
    return left[1:] == right[1:] or left == right[1:] or left[1:] == right or swapped
