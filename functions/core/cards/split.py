"""Card numbers typed over several messages, and codes sent in a message of their own."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from functions.core.cards import words
from functions.core.cards.alphabet import MARK, plain
from functions.core.cards.codes import codes
from functions.core.cards.detect import find
from functions.core.cards.mask import hidden_places
from functions.core.runtime import policies

_EDGE = 40  # characters at either end of a text in which digits make it a possible piece
_BETWEEN = rf"[^\w{MARK}]{{0,8}}"
_DIGIT = re.compile(r"[0-9]")
# a time of day is whole, no piece of anything
_TIME = r"[0-9]{1,2}:[0-9]{2}"
_HEAD = re.compile(rf"(?![\W_]*{_TIME}(?![0-9]))[\W_]*[0-9]")
_TAIL = re.compile(r"[0-9](?<!(?<![0-9])[0-9]:[0-9]{2})(?<!(?<![0-9])[0-9]{2}:[0-9]{2})[\W_]*\Z")
_NO_LETTERS = re.compile(r"[\W_0-9]+")
_MASKED = re.compile(
    rf"(?:[0-9]{_BETWEEN}){{6}}{MARK}(?:{_BETWEEN}{MARK}){{2,8}}(?:{_BETWEEN}[0-9]){{4}}"
)


@dataclass(frozen=True)
class Fragment:
    """A text message of one person."""

    id: str
    at_ms: int
    text: str


@dataclass(frozen=True)
class Mended:
    """`texts`: what messages say from now on, by id; only those that change, as long as before.

    `numbers`: for each number that was found, the ids of the messages that held it, in order.
    """

    texts: dict[str, str] = field(default_factory=dict)
    numbers: list[tuple[str, ...]] = field(default_factory=list)


def could_be_fragment(text: str) -> bool:
    """Digits at one end: the cheap question whether to look at the messages around it."""
    head, tail = plain(text[:_EDGE]), plain(text[-_EDGE:])
    return _HEAD.match(head) is not None or _TAIL.search(tail) is not None


def mend(fragments: Sequence[Fragment]) -> Mended:
    """`fragments`: consecutive messages, in order. What is not a text comes as an empty one."""
    found: list[tuple[int, int]] = []
    hidden: dict[int, set[int]] = {}
    for first, last in sorted(_runs(fragments), key=_widest_first):
        if any(outer[0] <= first and last <= outer[1] for outer in found):
            continue  # a part of a number that is a number too
        tail = _following(fragments, first, last)
        for glue in ("", " "):  # cut anywhere, or typed group by group
            joined = _Joined([one.text for one in fragments[first : last + 1]], glue)
            spanning = [n for n in find(joined.text) if joined.spans_all(n.start, n.end)]
            if spanning:
                found.append((first, last))
                joined = joined.followed_by(tail)
                for index, place in map(joined.origin, hidden_places(joined.text, spanning)):
                    hidden.setdefault(first + index, set()).add(place)
    for n, places in _codes_alone(fragments):
        hidden.setdefault(n, set()).update(places)
    texts = {fragments[n].id: _hide(fragments[n].text, places) for n, places in hidden.items()}
    ids = [one.id for one in fragments]
    return Mended(texts, [tuple(ids[a : b + 1]) for a, b in sorted(set(found))])


def _widest_first(run: tuple[int, int]) -> tuple[int, int]:
    return run[0] - run[1], run[0]


def _runs(fragments: Sequence[Fragment]) -> Iterator[tuple[int, int]]:
    """First and last of messages that could hold one number: digits from end to end."""
    spelled = [plain(one.text) for one in fragments]
    for first, text in enumerate(spelled):
        if not _TAIL.search(text, max(0, len(text) - _EDGE)):
            continue
        for last in _after(fragments, first, first):
            if _HEAD.match(spelled[last]):
                yield first, last
            elif _DIGIT.search(spelled[last]):
                break
            if not _NO_LETTERS.fullmatch(spelled[last]):
                break


def _after(fragments: Sequence[Fragment], first: int, last: int) -> Iterator[int]:
    """The messages behind `last` that are near enough to `first`."""
    limits = policies.load("cards")["split"]
    for n in range(last + 1, min(len(fragments), first + limits["messages"])):
        if fragments[n].at_ms - fragments[first].at_ms > limits["seconds"] * 1000:
            return
        yield n


def _following(fragments: Sequence[Fragment], first: int, last: int) -> list[str]:
    """Texts right behind a number that can be its date and its code."""
    found: list[str] = []
    for n in _after(fragments, first, last):
        text = fragments[n].text
        if not (_NO_LETTERS.fullmatch(plain(text)) or words.code(plain(text))):
            break
        found.append(text)
    return found


def _codes_alone(fragments: Sequence[Fragment]) -> Iterator[tuple[int, list[int]]]:
    """Codes in messages behind one whose number has been masked before."""
    for n, one in enumerate(fragments):
        numbers = list(_MASKED.finditer(plain(one.text))) if MARK in one.text else []
        following = _following(fragments, n, n) if numbers else []
        if following:
            joined = _Joined([one.text], "").followed_by(following)
            start, end = numbers[-1].span()
            places = codes(plain(joined.text), start, end, (0, len(joined.text)))
            for index, place in map(joined.origin, places):
                if index:
                    yield n + index, [place]


def _hide(text: str, places: set[int]) -> str:
    return "".join(MARK if n in places else char for n, char in enumerate(text))


class _Joined:
    """Texts in one, and where each of them begins."""

    def __init__(self, texts: Sequence[str], glue: str) -> None:
        self.text = glue.join(texts)
        self._starts = [0, *accumulate(len(text) + len(glue) for text in texts[:-1])]

    def followed_by(self, texts: Sequence[str]) -> "_Joined":
        longer = _Joined([self.text, *texts], "\n")
        longer._starts = self._starts + longer._starts[1:]
        return longer

    def spans_all(self, start: int, end: int) -> bool:
        return self.origin(start)[0] == 0 and self.origin(end - 1)[0] == len(self._starts) - 1

    def origin(self, place: int) -> tuple[int, int]:
        """Of a character of a text: which text, and where in it."""
        index = bisect_right(self._starts, place) - 1
        return index, place - self._starts[index]
