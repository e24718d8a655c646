"""What erasure takes and leaves, and which of four outcomes that is. Pure.

What somebody is told of what stays rests on law, so it is facts and codes here; words for them
are in policies/rights_replies.toml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import DAY_MS, Rule, Rules


class Outcome(StrEnum):
    ERASED = "erased"
    ERASED_EXCEPT_RETAINED = "erased_except_retained"
    RESTRICTED_UNDER_HOLD = "restricted_under_hold"
    # by decision, before anything is erased
    REFUSED = "refused"


# kinds of data that are a person's
PERSONAL = (DataKind.COMMUNICATIONS, DataKind.CONSENT, DataKind.CONTACT, DataKind.EXPORT)

# why something may stay: GDPR 17(3), letters (b) and (e)
DUTY_LAW = "GDPR 17(3)(b)"
HOLD_LAW = "GDPR 17(3)(e)"


@dataclass(frozen=True)
class CutOff:
    """How far one kind of data goes. `before_ms` None: all of it; else what is older."""

    kind: DataKind
    before_ms: int | None

    def takes(self, at_ms: int) -> bool:
        return self.before_ms is None or at_ms < self.before_ms


def cut_offs(rules: Rules, now_ms: int) -> dict[DataKind, CutOff]:
    return {kind: CutOff(kind, rules[kind].free_before(now_ms)) for kind in PERSONAL}


@dataclass(frozen=True, kw_only=True)
class Left:
    """What of one kind is still there after everything was done. Times in epoch ms.

    `owed`: of it, what should not be there: neither a duty nor a hold keeps it.
    """

    kind: DataKind
    count: int = 0
    latest_ms: int = 0
    held: int = 0
    owed: int = 0

    def plus(self, at_ms: int, *, held: bool, cut_off: CutOff) -> "Left":
        owed = not held and cut_off.takes(at_ms)
        return Left(
            kind=self.kind,
            count=self.count + 1,
            latest_ms=max(self.latest_ms, at_ms),
            held=self.held + held,
            owed=self.owed + owed,
        )


@dataclass(frozen=True, kw_only=True)
class Retained:
    """A class of data that stays: how much, under which duties, and until when at the latest."""

    kind: DataKind
    count: int
    until_ms: int
    duties: Sequence[Mapping[str, str]]

    @property
    def told(self) -> dict[str, Any]:
        return {
            "class": self.kind.value,
            "count": self.count,
            "until_ms": self.until_ms,
            "law": DUTY_LAW,
            "duties": [dict(duty) for duty in self.duties],
        }


def retained(left: Sequence[Left], rules: Rules) -> list[Retained]:
    """The ordinary retention run deletes it when the period of its kind is over.

    Who somebody is stays with what is theirs: under the duties of that.
    """
    kept = [each for each in left if each.count > each.held]
    until = {e.kind: e.latest_ms + _kept_days(rules[e.kind]) * DAY_MS for e in kept}
    everyones = {duty.id: duty for each in kept for duty in rules[each.kind].duties}
    return [
        Retained(
            kind=each.kind,
            count=each.count - each.held,
            until_ms=max(until.values()) if each.kind is DataKind.CONTACT else until[each.kind],
            duties=[
                {"id": duty.id, "regime": duty.regime, "law": duty.law}
                for duty in rules[each.kind].duties or everyones.values()
            ],
        )
        for each in kept
    ]


def _kept_days(rule: Rule) -> int:
    return max(rule.keep_days, rule.least_days)


def outcome_of(left: Sequence[Left], *, held: bool) -> Outcome:
    """`held`: a hold keeps a key, or something that is not counted in `left`."""
    if held or any(each.held for each in left):
        return Outcome.RESTRICTED_UNDER_HOLD
    if any(each.count for each in left):
        return Outcome.ERASED_EXCEPT_RETAINED
    return Outcome.ERASED


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What became of a request, for its result and its certificate.

    `counts`: by store, such as `conversations.message`. `keys`: content keys destroyed; `epochs`:
    those under which they were wrapped.
    """

    outcome: Outcome
    erased_ms: int
    counts: Mapping[str, int]
    retained: Sequence[Retained] = ()
    held: int = 0
    keys: int = 0
    epochs: Sequence[int] = ()

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Why not everything went, as the person is told (GDPR 12(4))."""
        duties = [each.told for each in self.retained]
        hold = {"class": "hold", "law": HOLD_LAW, "done_when": "lifted", "count": self.held}
        held = self.outcome is Outcome.RESTRICTED_UNDER_HOLD
        return [*duties, *([hold] if held else [])]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thing to be erased on its own: a thread, the consents at an alias."""

    kind: DataKind
    name: str

    @property
    def told(self) -> str:
        return f"{self.kind.value}/{self.name}"


def part_from(told: str) -> Part:
    kind, _, name = told.partition("/")
    return Part(kind=DataKind(kind), name=name)
