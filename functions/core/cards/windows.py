"""Groups of digits that are a card number as far as one can see, and which to believe."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from functions.core.cards.alphabet import MARK
from functions.core.cards.context import Context
from functions.core.cards.issuers import LONGEST, SHORTEST, is_card
from functions.core.cards.lookalikes import is_lookalike
from functions.core.cards.sequences import Sequence
from functions.core.runtime import policies

FIRST_SHOWN = 6  # PCI DSS 4.0.1, requirement 3.4.1
LAST_SHOWN = 4

# An expiry date and a code, or a few digits of something else, may stand beside a number that is
# grouped as nobody prints it; in longer rows of digits such groups would be found by chance.
_MOST_BESIDE = 8
_SMALLEST_PRINTED = 4
_SHORTEST_CODE = 3
_LONGEST_WHOLE_PART = 3  # digits before the point of a coordinate
_FEW = 2  # groups; more of them can be a list of times, sizes, years
_MANY = 6  # groups; a card's hardly ever rise or fall so often in a row


@dataclass(frozen=True, slots=True)
class Window:
    """Groups `first` to `last` of a sequence; the lower `rank`, the more like a card."""

    first: int
    last: int
    rank: int


def believed(sequence: Sequence, context: Context, least: int) -> list[Window]:
    """Windows of their own, and then those that share only digits that the others leave to see.

    Whatever could be read as a card number when a masked text is read again is among them.
    """
    found = sorted(
        _windows(sequence, context, least), key=lambda one: (one.rank, one.first, one.last)
    )
    kept: list[Window] = []
    covered, hidden = bytearray(sequence.offsets[-1]), bytearray(sequence.offsets[-1])
    for taken in (covered, hidden):
        for window in found:
            start, end = sequence.offsets[window.first], sequence.offsets[window.last + 1]
            if not any(taken[start:end]):
                kept.append(window)
                covered[start:end] = b"\1" * (end - start)
                middle = slice(start + FIRST_SHOWN, end - LAST_SHOWN)
                hidden[middle] = b"\1" * (middle.stop - middle.start)
    return kept


def _windows(sequence: Sequence, context: Context, least: int) -> Iterator[Window]:
    if context.is_phone(sequence.groups[0].start, sequence.offsets[-1]):
        return
    for first in _beginnings(sequence):
        digits = ""
        for last in range(first, len(sequence.groups)):
            digits += sequence.groups[last].digits
            if len(digits) > LONGEST:
                break
            if len(digits) < least or MARK in digits or not is_card(digits.encode()):
                continue
            rank = _rank(sequence, first, last)
            if rank is not None and _is_free(sequence, first, last, digits, context):
                yield Window(first, last, rank)


def _beginnings(sequence: Sequence) -> Iterator[int]:
    """Groups that a number can begin with. In long rows only those that are as printed."""
    longest = LONGEST + 2 * _MOST_BESIDE
    short = sequence.offsets[-1] <= longest
    for n, group in enumerate(sequence.groups):
        beginning, ending = sequence.stretches[n]
        if short or ending - beginning <= longest or len(group.digits) >= _SMALLEST_PRINTED:
            yield n


def _rank(sequence: Sequence, first: int, last: int) -> int | None:
    """None: grouped like no card."""
    sizes = sequence.sizes(first, last)
    if _is_list([int(group.digits) for group in sequence.groups[first : last + 1]]):
        return None
    if len(sizes) == 1 or sizes in _groups("printed"):
        return 1
    if sizes in _groups("possible"):
        # one or two digits at the end of a line are no code: rather a longer number
        ends = last == len(sequence.groups) - 1 or "\n" in sequence.between(last)
        return 0 if ends and sizes[-1] < _SHORTEST_CODE else 2
    if sum(sizes) == SHORTEST:
        return None
    start, end = sequence.offsets[first], sequence.offsets[last + 1]
    beginning, ending = sequence.stretches[first]
    if end > ending:
        if not _is_even(sequence, first, last):
            return None
        beginning, ending = 0, sequence.offsets[-1]
    return 3 if max(start - beginning, ending - end) <= _MOST_BESIDE else None


def _is_free(sequence: Sequence, first: int, last: int, digits: str, context: Context) -> bool:
    """Nothing around it says that it is something else."""
    start, end = sequence.groups[first].start, sequence.groups[last].end
    if context.is_taken(start, end) or (first == 0 and context.is_phone(start, len(digits))):
        return False
    if context.is_glued(start):
        return False
    if first < last:  # nobody writes anything else in groups like these
        return True
    return not (
        context.is_glued_after(end)
        or _is_fraction(sequence, first)
        or context.is_in_address(start, end)
        or (
            (is_lookalike(digits) or context.is_called_otherwise(start))
            and not context.speaks_of_card(start, end)
        )
    )


def _is_fraction(sequence: Sequence, n: int) -> bool:
    """Behind a point: "52.3702157000000123", but not "12.26.4111111111111111"."""
    if n == 0 or len(sequence.groups[n - 1].digits) > _LONGEST_WHOLE_PART:
        return False
    return sequence.between(n - 1) in (".", ",") and (n == 1 or sequence.between(n - 2) != ".")


def _is_even(sequence: Sequence, first: int, last: int) -> bool:
    """Digit by digit or in pairs, and always the same sign between them."""
    separators = {sequence.between(n) for n in range(first, last)}
    return len(separators) == 1 and set(sequence.sizes(first, last)) in ({1}, {2})


def _is_list(numbers: list[int]) -> bool:
    """Sizes, times, years."""
    steps = [after - before for before, after in pairwise(numbers)]
    regular = len(numbers) > _FEW and len(set(steps)) == 1 and steps[0] != 0
    ordered = min(steps, default=0) > 0 or max(steps, default=0) < 0
    return regular or (ordered and len(numbers) >= _MANY)


@cache
def _groups(kind: str) -> frozenset[tuple[int, ...]]:
    return frozenset(tuple(sizes) for sizes in policies.load("cards")["groups"][kind])
