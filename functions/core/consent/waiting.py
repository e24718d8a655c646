"""Which requests still wait for an answer: what a "yes" in words could be about. Pure."""

from functions.core.consent.model import Cell, Mark
from functions.core.consent.standing import States
from functions.core.consent.vocabulary import AGAINST, Purpose
from functions.core.contacts.model import Person


def waiting(states: States, person: Person, at_ms: int) -> dict[Purpose, Mark]:
    """By purpose, what was asked, is in time at that moment, and was not settled before it.

    An answer settles a request, and so does whatever is said against the purpose afterwards. What
    is told of that very moment settles nothing yet: it may be the answer that is looked at, again.
    """
    found = {}
    for purpose in Purpose:
        cells = {node: state.cells.get(purpose, Cell()) for node, state in states.items()}
        asked = max(
            (c.asked for node, c in cells.items() if c.asked and _is_theirs(person, node, c.asked)),
            default=None,
        )
        if asked is None or not asked.at_ms <= at_ms <= (asked.until_ms or at_ms):
            continue
        said = [
            *(mark for cell in cells.values() for mark in cell.given.values()),
            *(
                mark
                for cell in cells.values()
                for node, mark in cell.against.items()
                if _is_theirs(person, node, mark)
            ),
        ]
        if not any(mark.at_ms < at_ms and _settles(mark, asked) for mark in said):
            found[purpose] = asked
    return found


def _settles(mark: Mark, asked: Mark) -> bool:
    return mark.request == asked.request or (mark.kind in AGAINST and mark.at_ms >= asked.at_ms)


def _is_theirs(person: Person, node: str, mark: Mark) -> bool:
    return any(span.node == node and span.holds(mark.at_ms) for span in person.spans)
