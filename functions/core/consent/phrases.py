"""Phrases found in the words of a message, and words that are one slip of the keyboard apart."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from functions.core.consent.spelling import readings

_GAP = "…"
_WIDEST = 3  # words that a gap stands for
_REST = "*"


@dataclass(frozen=True)
class Phrase:
    tokens: tuple[str, ...]  # a word, "stem*", or a gap
    language: str


@dataclass(frozen=True)
class Phrases:
    """Filed by their first word: a look at a message costs what could begin there."""

    by_word: dict[str, list[Phrase]] = field(default_factory=dict)
    by_stem: dict[str, list[Phrase]] = field(default_factory=dict)

    def add(self, written: Iterable[str], language: str) -> None:
        for tokens in {found for one in written for found in _tokens(one)}:
            first = tokens[0]
            files = self.by_stem if first.endswith(_REST) else self.by_word
            files.setdefault(first.rstrip(_REST), []).append(Phrase(tokens, language))

    def find(self, words: tuple[str, ...]) -> Iterator[tuple[Phrase, tuple[int, ...]]]:
        """Each phrase with the places of its words."""
        for at in range(len(words)):
            for phrase in self._beginning(words[at]):
                places = _match(words, at, phrase.tokens)
                if places is not None:
                    yield phrase, places

    def _beginning(self, word: str) -> Iterator[Phrase]:
        yield from self.by_word.get(word, ())
        longest = max(map(len, self.by_stem), default=0)
        for length in range(1, min(len(word), longest) + 1):
            yield from self.by_stem.get(word[:length], ())


def _tokens(written: str) -> Iterator[tuple[str, ...]]:
    """In each way that people space it; marks of ours are no letters, so they are kept apart."""
    parts = [part.split() for part in written.split(_GAP)]
    for way in (0, -1):
        tokens: list[str] = []
        for number, part in enumerate(parts):
            tokens += [_GAP] * (number > 0)
            for word in part:
                plain = readings(word)[way]
                tokens += plain[:-1]
                tokens.append(plain[-1] + _REST * word.endswith(_REST))
        yield tuple(tokens)


def _match(words: tuple[str, ...], at: int, tokens: tuple[str, ...]) -> tuple[int, ...] | None:
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
