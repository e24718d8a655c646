"""What a body of law asks for, as its file says it."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from functions.core.retention.kinds import DataKind

# a period that the law leaves to the business: the one of policies/retention.toml or of its stage
OWN: Literal["own"] = "own"

Limit = int | Literal["own"]

RIGHTS = ("access", "portability", "rectification", "erasure", "restriction", "objection")
CALENDARS = ("regulation-1182-71", "calendar-days")


@dataclass(frozen=True, kw_only=True)
class Validity:
    """Both days included; None: until further notice."""

    begins: dt.date
    ends: dt.date | None

    def holds(self, day: dt.date) -> bool:
        return self.begins <= day <= (self.ends or dt.date.max)

    def overlaps(self, other: "Validity") -> bool:
        return self.begins <= (other.ends or dt.date.max) and other.begins <= (
            self.ends or dt.date.max
        )


@dataclass(frozen=True, kw_only=True)
class RetentionClass:
    """How long a law wants something kept. `least`, `most`: days; None where it says nothing.

    `yields_to`: the law because of which a duty to keep wins over `most`. `before_storage`: the
    code that sees to it that there is nothing to keep. `place`: file and line.
    """

    id: str
    regime: str
    kinds: tuple[DataKind, ...]
    counts_from: str
    least: Limit | None
    most: Limit | None
    yields_to: str
    before_storage: str
    at_end: str
    on_request: bool
    law: str
    says: str
    validity: Validity
    place: str


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """By when a person's request is answered. Periods: unit (months, days …) and number."""

    id: str
    regime: str
    rights: tuple[str, ...]
    period: Mapping[str, int]
    extension: Mapping[str, int]
    acknowledge: Mapping[str, int]
    aim_days: int
    calendar: str
    law: str
    says: str
    validity: Validity
    place: str


@dataclass(frozen=True, kw_only=True)
class Regime:
    """`read`: the day that its law was last looked at; what applied then is applied."""

    name: str
    title: str
    law: str
    read: dt.date
    retention: tuple[RetentionClass, ...]
    deadlines: tuple[Deadline, ...]

    @property
    def classes(self) -> tuple[RetentionClass, ...]:
        return tuple(each for each in self.retention if each.validity.holds(self.read))

    @property
    def current_deadlines(self) -> tuple[Deadline, ...]:
        return tuple(each for each in self.deadlines if each.validity.holds(self.read))


def days_in(years: int) -> int:
    """So many days that no calendar makes years too short: each fourth begun has a leap day."""
    return 365 * years + math.ceil(years / 4)
