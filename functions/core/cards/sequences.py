"""Where many digits follow each other, and how they are grouped."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from functions.core.cards.alphabet import MARK, UNSEEN
from functions.core.cards.issuers import SHORTEST

# People group with spaces and dashes whatever they like; with the other signs they write lists,
# amounts, dates and paths, and card numbers only as they are printed.
_LOOSE = r" \-"
_BETWEEN = r" \-.,/_|:*()\n\t\r" + UNSEEN
_DIGIT = f"[0-9{MARK}]"
_GROUP = re.compile(f"{_DIGIT}(?:{UNSEEN}*+{_DIGIT})*+")
_SEQUENCE = re.compile(f"{_DIGIT}(?:[{_BETWEEN}]{{0,8}}+{_DIGIT}){{{SHORTEST - 1},}}+")
_NOT_LOOSE = re.compile(f"[^{_LOOSE}{UNSEEN}]")
_DIGITS = re.compile(_DIGIT)


@dataclass(frozen=True, slots=True)
class Group:
    start: int
    end: int
    digits: str


@dataclass(frozen=True)
class Sequence:
    """Groups of digits in a plain text with nothing but separators between them."""

    text: str
    groups: list[Group]

    @cached_property
    def offsets(self) -> list[int]:
        """Digits before each group, and at the end all of them."""
        return [0, *accumulate(len(group.digits) for group in self.groups)]

    def sizes(self, first: int, last: int) -> tuple[int, ...]:
        return tuple(len(group.digits) for group in self.groups[first : last + 1])

    def places(self, first: int, last: int) -> list[int]:
        """Where the digits of these groups stand in the text."""
        start, end = self.groups[first].start, self.groups[last].end
        return [found.start() for found in _DIGITS.finditer(self.text, start, end)]

    def between(self, n: int) -> str:
        """What separates a group from the next."""
        return self.text[self.groups[n].end : self.groups[n + 1].start]

    @cached_property
    def stretches(self) -> list[tuple[int, int]]:
        """For each group, the digits before and until the end of the stretch it is in.

        A stretch has only spaces and dashes between its groups.
        """
        last = len(self.groups) - 1
        cuts = [n for n in range(last) if _NOT_LOOSE.search(self.between(n))]
        return [
            (self.offsets[first], self.offsets[end])
            for first, end in pairwise([0, *(cut + 1 for cut in cuts), last + 1])
            for _ in range(first, end)
        ]


def sequences(text: str) -> Iterator[Sequence]:
    for found in _SEQUENCE.finditer(text):
        yield Sequence(text, [_group(one) for one in _GROUP.finditer(text, *found.span())])


def _group(found: re.Match[str]) -> Group:
    return Group(found.start(), found.end(), found[0].replace(UNSEEN, ""))
