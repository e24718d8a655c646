"""Finding payment card numbers in a text."""

from dataclasses import dataclass

from functions.core.cards.alphabet import plain
from functions.core.cards.context import Context
from functions.core.cards.issuers import SHORTEST
from functions.core.cards.sequences import sequences
from functions.core.cards.windows import FIRST_SHOWN, LAST_SHOWN, believed


@dataclass(frozen=True, slots=True)
class Number:
    """A card number: the places of its digits in the text, in order."""

    places: tuple[int, ...]

    @property
    def start(self) -> int:
        return self.places[0]

    @property
    def end(self) -> int:
        return self.places[-1] + 1

    @property
    def hidden(self) -> tuple[int, ...]:
        return self.places[FIRST_SHOWN:-LAST_SHOWN]


def find(text: str, *, least: int = SHORTEST) -> list[Number]:
    """Card numbers of at least so many digits, from left to right.

    Where digits can be read in two ways, both are found.
    """
    spelled = plain(text)
    context = Context(spelled)
    found = [
        Number(tuple(sequence.places(window.first, window.last)))
        for sequence in sequences(spelled)
        for window in believed(sequence, context, least)
    ]
    return sorted(found, key=lambda number: number.start)
