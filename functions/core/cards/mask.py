"""Card numbers in a text made unreadable: of each, the first six and the last four digits stay."""

from dataclasses import dataclass

from functions.core.cards.alphabet import MARK, plain
from functions.core.cards.codes import codes
from functions.core.cards.detect import Number, find
from functions.core.cards.issuers import SHORTEST


@dataclass(frozen=True)
class Masked:
    """A text, and how many card numbers were made unreadable in it."""

    text: str
    count: int


def mask(text: str, *, least: int = SHORTEST) -> Masked:
    """`text` is as long as before, and reading it again finds nothing.

    `least`: digits of the shortest number that counts.
    """
    numbers = find(text, least=least)
    if not numbers:
        return Masked(text, 0)
    chars = list(text)
    for place in hidden_places(text, numbers):
        chars[place] = MARK
    return Masked("".join(chars), len(numbers))


def hidden_places(text: str, numbers: list[Number]) -> set[int]:
    """Where digits must go: the middle of every number, and the codes beside it."""
    spelled = plain(text)
    hidden: set[int] = set()
    ends = [0, *(number.end for number in numbers)]
    starts = [*(number.start for number in numbers), len(text)]
    for n, number in enumerate(numbers):
        hidden.update(number.hidden)
        hidden.update(codes(spelled, number.start, number.end, (ends[n], starts[n + 1])))
    return hidden
