"""What a hold covers at each alias, and which records of the archive that concerns. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from functions.core.archive.model import Kind, Record
from functions.core.contacts.model import Person, Span
from functions.core.holds.guard import Covered
from functions.core.holds.model import Scope, ScopeKind
from functions.core.runtime.records import digest_of


def covered_at(scope: Scope, people: Iterable[Person], *, margin_ms: int) -> dict[str, Covered]:
    """By alias, while it was one of these people's. `margin_ms`: later is told what belongs to it.

    Two owners of one alias under the same hold: everything between them is covered too.
    """
    found: dict[str, Covered] = {}
    for span in sorted(span for person in people for span in person.spans):
        covered = _within(scope, span, margin_ms)
        if _is_empty(covered):
            continue
        before = found.get(span.node)
        found[span.node] = _hull(before, covered) if before else covered
    return found


def everybodys(scope: Scope, *, margin_ms: int) -> Covered:
    return _within(scope, Span(""), margin_ms)


@dataclass(frozen=True)
class Concern:
    """`covered`: by alias; None: everybody, as `everybody` says."""

    covered: Mapping[str, Covered] | None
    everybody: Covered

    @property
    def reach(self) -> str:
        """Another one when somebody or something is covered that was not before."""
        told = {node: vars(covered) for node, covered in (self.covered or {}).items()}
        return digest_of([told, vars(self.everybody)])

    def of(self, record: Record) -> bool:
        """Whether a record keeps something that the hold covers.

        One that only says that something went keeps nothing; one whose shape nobody knows might.
        """
        if record["kind"] == Kind.DELETED:
            return False
        if record["kind"] == Kind.UNKNOWN and "subject" not in record:
            return True
        at_ms = record.get("at_ms")
        if self.covered is None:
            return self.everybody.covers(phone_number_id=None, at_ms=at_ms)
        covered = self.covered.get(_subject(record))
        number = record.get("phone_number_id")
        return covered is not None and covered.covers(phone_number_id=number, at_ms=at_ms)


def concern_of(scope: Scope, people: Iterable[Person], *, margin_ms: int) -> Concern:
    everybody = everybodys(scope, margin_ms=margin_ms)
    if scope.kind is ScopeKind.RANGE:
        return Concern(None, everybody)
    return Concern(covered_at(scope, people, margin_ms=margin_ms), everybody)


def objects_of(record: Record) -> list[str]:
    """Large content that lies beside the segments."""
    name = record.get("content", {}).get("object")
    return [name] if isinstance(name, str) else []


def _subject(record: Record) -> str:
    """The alias a record is about; of an account update the one whose key seals it."""
    if record["kind"] == Kind.ACCOUNT:
        return str(record.get("content", {}).get("key", "")).partition("~")[0]
    return str(record.get("subject", ""))


def _within(scope: Scope, span: Span, margin_ms: int) -> Covered:
    began = None if span.after_ms == -inf else int(span.after_ms) + 1
    ended = None if span.until_ms == inf else int(span.until_ms) + 1
    until = _least(scope.until_ms, ended)
    return Covered(
        phone_number_id=scope.phone_number_id,
        from_ms=_most(scope.from_ms, began),
        until_ms=None if until is None else until + margin_ms,
    )


def _hull(one: Covered, other: Covered) -> Covered:
    none_from = one.from_ms is None or other.from_ms is None
    none_until = one.until_ms is None or other.until_ms is None
    return Covered(
        phone_number_id=one.phone_number_id,
        from_ms=None if none_from else _least(one.from_ms, other.from_ms),
        until_ms=None if none_until else _most(one.until_ms, other.until_ms),
    )


def _is_empty(covered: Covered) -> bool:
    if covered.from_ms is None or covered.until_ms is None:
        return False
    return covered.from_ms >= covered.until_ms


def _least(*values: int | None) -> int | None:
    return min((value for value in values if value is not None), default=None)


def _most(*values: int | None) -> int | None:
    return max((value for value in values if value is not None), default=None)
