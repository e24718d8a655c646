"""By when a person must be answered. Pure.

Periods of Union law are counted by Regulation (EEC, Euratom) 1182/71: the day of the event does not
count (Article 3(1)); a period in months ends with the last hour of the day with the same date, or
of the month's last day (3(2)(c)); one that ends on a Saturday, Sunday or public holiday ends with
the next working day (3(4)); one of two days or more has two working days in it (3(5)).
Other laws count plain days. All days are those of the stage's time zone.
"""

import json
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from functions.core.rights.calendars import (
    WorkingDay,
    after_working_days,
    next_working_day,
    working_days_in,
)
from functions.core.rights.model import Pause, Request, Right

_LEAST_WORKING_DAYS = 2


class Unit(StrEnum):
    MONTHS = "months"  # by Regulation 1182/71
    DAYS = "days"  # calendar days, none of them moved
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True, kw_only=True)
class Period:
    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("a period cannot be negative")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Of one right. `extension`: how much longer, with notice to the person within `answer`.

    `aim_days`: by when the business wants to be done. `law`: where the period stands.
    """

    answer: Period
    extension: Period
    aim_days: int
    law: str = ""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """What time it is there, and who works when."""

    zone: ZoneInfo
    works: WorkingDay

    def day(self, at_ms: int) -> date:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone).date()

    def end_of(self, day: date) -> int:
        """Epoch milliseconds of the first moment that does not belong to the day any more."""
        midnight = datetime.combine(day + timedelta(days=1), time(), self.zone)
        return int(midnight.timestamp() * 1000)


@dataclass(frozen=True, kw_only=True)
class Due:
    """Moments in epoch milliseconds; each is the first that is too late.

    `first_ms`: without the extension, within which its notice must be given.
    """

    due_ms: int
    first_ms: int
    aim_ms: int


def due(request: Request, terms: Terms, clock: Clock, *, now_ms: int) -> Due:
    """As things stand: a pause that lasts moves the end by what it lasted until now."""
    began = clock.day(request.filed_ms)
    paused = paused_days(request.pauses, clock, now_ms=now_ms)
    first = ends(began, [terms.answer], paused, clock.works)
    last = first
    if request.extended_ms is not None:
        last = ends(began, [terms.answer, terms.extension], paused, clock.works)
    aim = min(began + timedelta(days=terms.aim_days + paused), first)
    return Due(due_ms=clock.end_of(last), first_ms=clock.end_of(first), aim_ms=clock.end_of(aim))


def ends(began: date, periods: Iterable[Period], paused: int, works: WorkingDay) -> date:
    """The last day of one period after the other, `paused` days later.

    An extension is counted from the same event: Article 12(3) GDPR adds two *further* months to
    the first, so three months end on the event's own date. Only the whole is moved off holidays.
    """
    told = list(periods)
    months = sum(each.count for each in told if each.unit is Unit.MONTHS)
    days = sum(each.count for each in told if each.unit is Unit.DAYS)
    business = sum(each.count for each in told if each.unit is Unit.BUSINESS_DAYS)
    end = same_date(began, months) + timedelta(days=days)
    end = after_working_days(end, business, works) + timedelta(days=paused)
    if months:
        return moved(began, end, works)
    return next_working_day(end, works) if business else end


def same_date(began: date, months: int) -> date:
    """The day with the same date so many months later, or that month's last."""
    count = began.month - 1 + months
    year, month = began.year + count // 12, count % 12 + 1
    return date(year, month, min(began.day, monthrange(year, month)[1]))


def moved(began: date, end: date, works: WorkingDay) -> date:
    """Off weekends and holidays; then as far as it takes for two working days (3(4) and (5))."""
    is_short = (end - began).days < _LEAST_WORKING_DAYS
    end = next_working_day(end, works)
    if is_short:
        return end
    missing = _LEAST_WORKING_DAYS - working_days_in(began + timedelta(days=1), end, works)
    return after_working_days(end, max(0, missing), works)


def paused_days(pauses: Iterable[Pause], clock: Clock, *, now_ms: int) -> int:
    """Whole days between the dates of begin and end, so that no pause adds more than it lasted."""
    total = 0
    for pause in pauses:
        until_ms = now_ms if pause.until_ms is None else pause.until_ms
        total += max(0, (clock.day(until_ms) - clock.day(pause.from_ms)).days)
    return total


# Article 12(3) GDPR, and this project's own aim
GDPR = Terms(
    answer=Period(count=1, unit=Unit.MONTHS),
    extension=Period(count=2, unit=Unit.MONTHS),
    aim_days=28,
    law="Regulation (EU) 2016/679, Article 12(3)",
)


def terms_from(text: str) -> Mapping[Right, Terms]:
    """From the setting `deadlines`: JSON by right; a right that is not in it has GDPR's terms.

    {"access": {"answer": {"count": 1, "unit": "months"}, "extension": …, "aim_days": 28, "law": …}}
    """
    told = json.loads(text)
    if unknown := sorted(told.keys() - {right.value for right in Right}):
        raise ValueError(f"deadlines of no right: {', '.join(unknown)}")
    return {right: _terms(told[right.value]) if right.value in told else GDPR for right in Right}


def _terms(told: Mapping[str, object]) -> Terms:
    match told:
        case {"answer": answer, "extension": extension, "aim_days": int() as aim_days}:
            law = str(told.get("law", ""))
            return Terms(
                answer=_period(answer), extension=_period(extension), aim_days=aim_days, law=law
            )
    raise ValueError("deadlines have answer, extension and aim_days")


def _period(told: object) -> Period:
    match told:
        case {"count": int() as count, "unit": str() as unit, **rest} if not rest:
            return Period(count=count, unit=Unit(unit))
    raise ValueError("a period has count and unit")
