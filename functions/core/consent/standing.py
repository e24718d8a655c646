"""Where a person stands: what the states of all their aliases come to. Pure.

A consent outweighs what was said against it only if it was given later and by somebody who was
known to be the same person then. So of two people who turn out to be one, the stricter counts,
until the person says something new.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from functions.core.consent.model import Cell, Mark, State
from functions.core.consent.vocabulary import Kind, Purpose, Status, Strength
from functions.core.contacts.model import Node, Person

States = Mapping[str, State]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`status` of one purpose now; `strength` only while it is given. `event`: which made it so.

    `request`: the one that waits for an answer, if there is one.
    """

    status: Status
    strength: Strength | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    event: str = ""
    request: str = ""

    @property
    def is_against(self) -> bool:
        return self.status in (Status.REFUSED, Status.WITHDRAWN, Status.INVALIDATED)


def standing(
    purpose: Purpose,
    states: States,
    person: Person,
    nodes: Mapping[str, Node],
    *,
    now_ms: int,
) -> Standing:
    """`states`: of the person's aliases, by node; `nodes`: the same aliases with their links."""
    cells = {
        node: state.cells.get(purpose, Cell())
        for node, state in states.items()
        if any(span.node == node for span in person.spans)
    }
    against = [
        (node, mark)
        for cell in cells.values()
        for node, mark in cell.against.items()
        if _is_theirs(person, node, mark)
    ]
    given = [
        (mark, strength)
        for node, cell in cells.items()
        for strength, mark in cell.given.items()
        if _is_theirs(person, node, mark) and _outweighs(node, mark, against, nodes)
    ]
    asked = max(_asked(cells, person), default=None)
    return _standing(given, max((mark for _, mark in against), default=None), asked, now_ms)


def _standing(
    given: list[tuple[Mark, Strength]], against: Mark | None, asked: Mark | None, now_ms: int
) -> Standing:
    waits = asked.request if asked and (asked.until_ms or 0) > now_ms else ""
    valid = [(s, m) for m, s in given if m.until_ms is None or now_ms < m.until_ms]
    if valid:
        strength, mark = max(valid)
        return Standing(
            status=Status.GIVEN,
            strength=strength,
            since_ms=mark.at_ms,
            until_ms=mark.until_ms,
            event=mark.id,
            request=waits,
        )
    latest = max((mark for mark, _ in given), default=None) or against
    if latest is not None:
        status = Status.EXPIRED if latest.kind is Kind.GIVEN else Status(latest.kind.value)
        return Standing(status=status, since_ms=latest.at_ms, event=latest.id, request=waits)
    if asked is not None:
        status = Status.REQUESTED if waits else Status.EXPIRED
        return Standing(status=status, since_ms=asked.at_ms, event=asked.id, request=waits)
    return Standing(status=Status.UNKNOWN)


def _asked(cells: Mapping[str, Cell], person: Person) -> Iterator[Mark]:
    """Requests that were not answered, at whichever alias."""
    answered = {
        mark.request
        for cell in cells.values()
        for mark in (*cell.against.values(), *cell.given.values())
    }
    for node, cell in cells.items():
        asked = cell.asked
        if asked and _is_theirs(person, node, asked) and asked.request not in answered:
            yield asked


def _is_theirs(person: Person, node: str, mark: Mark) -> bool:
    return any(span.node == node and span.holds(mark.at_ms) for span in person.spans)


def _outweighs(
    node: str, given: Mark, against: list[tuple[str, Mark]], nodes: Mapping[str, Node]
) -> bool:
    if not against:
        return True
    known = _known_as_one(node, nodes, given.at_ms)
    return all(mark.at_ms < given.at_ms and other in known for other, mark in against)


def _known_as_one(start: str, nodes: Mapping[str, Node], at_ms: int) -> set[str]:
    """Aliases that were known to be the same person's by then."""
    found, todo = {start}, [start]
    while todo:
        links = nodes[node].links if (node := todo.pop()) in nodes else {}
        for other, since_ms in links.items():
            if since_ms <= at_ms and other not in found:
                found.add(other)
                todo.append(other)
    return found
