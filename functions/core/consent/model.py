"""Consent as a set of events, and the state that follows from them. Pure.

A state is a set of maxima (the latest event against, the latest consent of each strength, the
latest request), so events may come in any order, twice, or at once on several machines.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from functions.core.consent.vocabulary import AGAINST, Kind, Method, Purpose, Strength


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Which text a person was shown. `sha256`: of that very text."""

    id: str
    version: str
    language: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened to one person's consent for one purpose.

    `id`: follows from the fact that makes it, so a repeat is the same event. `node`: the alias
    at which it happened. `at_ms`: when it happened, not when it was told. `evidence`: what proves
    it; sealed where it is stored. `until_ms`: how long a consent is valid.
    """

    id: str
    kind: Kind
    purpose: Purpose
    node: str
    at_ms: int
    method: Method
    by: str
    strength: Strength | None = None
    until_ms: int | None = None
    notice: Notice | None = None
    request: str = ""
    reason: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, order=True)
class Mark:
    """An event in a state: the latest counts, of equally late ones the greater name."""

    at_ms: int
    id: str
    kind: Kind = Kind.GIVEN
    until_ms: int | None = field(default=None, compare=False)
    request: str = field(default="", compare=False)


@dataclass(frozen=True)
class Cell:
    """One purpose at one alias.

    `against`: the latest objection by the alias where it was said, this one or another of theirs.
    """

    against: Mapping[str, Mark] = field(default_factory=dict)
    given: Mapping[Strength, Mark] = field(default_factory=dict)
    asked: Mark | None = None

    @property
    def marks(self) -> tuple[Mark, ...]:
        asked = (self.asked,) if self.asked else ()
        return (*self.against.values(), *self.given.values(), *asked)


@dataclass(frozen=True)
class State:
    """What is stored for one alias.

    `restriction`: since when nothing may be sent (True) or may again (False); GDPR 18.
    """

    cells: Mapping[Purpose, Cell] = field(default_factory=dict)
    restriction: tuple[int, bool] | None = None


def folded(state: State, event: Event) -> State:
    """Commutative, associative, idempotent."""
    mark = Mark(event.at_ms, event.id, event.kind, event.until_ms, event.request)
    if event.kind in AGAINST:
        return against(state, event.purpose, event.node, mark)
    cell = _cell(state.cells.get(event.purpose, Cell()), event, mark)
    return State({**state.cells, event.purpose: cell}, state.restriction)


def against(state: State, purpose: Purpose, node: str, mark: Mark) -> State:
    """With what was said at the alias `node`, maybe another of the same person's."""
    cell = state.cells.get(purpose, Cell())
    latest = {**cell.against, node: _later(cell.against.get(node), mark)}
    return State({**state.cells, purpose: replace(cell, against=latest)}, state.restriction)


def restricted(state: State, at_ms: int, *, on: bool) -> State:
    """The latest says; at the same moment the restriction stays."""
    latest = max(state.restriction or (at_ms, on), (at_ms, on))
    return State(state.cells, latest)


def _cell(cell: Cell, event: Event, mark: Mark) -> Cell:
    if event.kind is Kind.REQUESTED:
        return replace(cell, asked=_later(cell.asked, mark))
    if event.kind is Kind.GIVEN and event.strength is not None:
        latest = _later(cell.given.get(event.strength), mark)
        return replace(cell, given={**cell.given, event.strength: latest})
    return cell


def _later(known: Mark | None, mark: Mark) -> Mark:
    return mark if known is None else max(known, mark)
