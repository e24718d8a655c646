"""How long each kind of data is kept in this stage, and which duties stand behind it. Pure.

Worked out from `policies/regimes/` when a stage is synthesised, and told to functions as JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from functions.core.retention.kinds import DataKind

DAY_MS = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A law that says: at least so long. `id`: of the class in its regime's file."""

    id: str
    regime: str
    law: str
    days: int


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`keep_days`: deleted after them. `duties`: who forbids it before, even on request."""

    kind: DataKind
    keep_days: int
    duties: tuple[Duty, ...] = ()

    @property
    def least_days(self) -> int:
        return max((duty.days for duty in self.duties), default=0)

    def due_before(self, now_ms: int) -> int:
        """What was counted from before this moment (ms) is to be deleted."""
        return now_ms - self.keep_days * DAY_MS

    def free_before(self, now_ms: int) -> int | None:
        """What was counted from before this moment may be deleted on request; None: everything."""
        return now_ms - self.least_days * DAY_MS if self.least_days else None


Rules = Mapping[DataKind, Rule]


def rules_json(rules: Rules) -> str:
    told = {
        rule.kind.value: {"keep_days": rule.keep_days, "duties": [vars(d) for d in rule.duties]}
        for rule in rules.values()
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def rules_from(text: str) -> Rules:
    return {
        DataKind(kind): Rule(
            kind=DataKind(kind),
            keep_days=told["keep_days"],
            duties=tuple(Duty(**duty) for duty in told["duties"]),
        )
        for kind, told in json.loads(text).items()
    }
