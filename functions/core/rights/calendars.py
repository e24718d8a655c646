"""Working days of a jurisdiction, such as DE or DE-BE: weekends and public holidays off.

Public holidays come from the package `holidays`, which follows the laws of each country and part
of one; the yearly list of the Official Journal (Regulation 1182/71, Article 2(1)) names the same.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

from functions.core.runtime.errors import AmanaError

# takes a day; whether somebody is at work
WorkingDay = Callable[[date], bool]

_SATURDAY = 5
# nowhere are there more holidays on end; a calendar without working days would be searched for ever
_MOST_DAYS = 30


class UnknownJurisdictionError(AmanaError):
    """The controller's jurisdiction is no country or part of one that has known holidays."""


def working_days(jurisdiction: str) -> WorkingDay:
    """EU: no country's holidays but weekends, since there are none of the Union as a whole."""
    if jurisdiction == "EU":
        return _is_weekday
    if re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", jurisdiction) is None:
        raise UnknownJurisdictionError("a jurisdiction is a code such as DE or DE-BE")
    country, _, part = jurisdiction.partition("-")
    off = _holidays(country, part)
    return lambda day: day.weekday() not in off.weekend and day not in off


def next_working_day(day: date, works: WorkingDay) -> date:
    """The day itself when it is one."""
    for _ in range(_MOST_DAYS):
        if works(day):
            return day
        day += timedelta(days=1)
    raise UnknownJurisdictionError("the calendar has no working days")


def after_working_days(day: date, count: int, works: WorkingDay) -> date:
    """The last of `count` working days that follow on a day."""
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1), works)
    return day


def working_days_in(first: date, last: date, works: WorkingDay) -> int:
    """How many there are from one day to another, both included."""
    days = (last - first).days + 1
    return sum(works(first + timedelta(days=number)) for number in range(days))


def _is_weekday(day: date) -> bool:
    return day.weekday() < _SATURDAY


@cache
def _holidays(country: str, part: str) -> Any:
    # imported where it is needed: it takes as long as all the rest of a cold start
    import holidays

    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:  # what the library says of a place it does not know
        raise UnknownJurisdictionError(f"no holidays are known of {country} {part}") from None
