"""By when a person is answered: Regulation 1182/71 with worked examples, and what always holds."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.rights.calendars import (
    UnknownJurisdictionError,
    after_working_days,
    next_working_day,
    working_days,
    working_days_in,
)
from functions.core.rights.deadlines import (
    GDPR,
    Clock,
    Period,
    Terms,
    Unit,
    due,
    ends,
    moved,
    paused_days,
    same_date,
    terms_from,
)
from functions.core.rights.model import Pause, Request, Right, Source

BERLIN = ZoneInfo("Europe/Berlin")
WORKS = working_days("DE-BE")
CLOCK = Clock(zone=BERLIN, works=WORKS)
ONE, TWO = GDPR.answer, GDPR.extension
DAY_MS = 86_400_000

days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
months = st.integers(min_value=1, max_value=12)


def at(day, hour=12, zone=BERLIN):
    return int(datetime.combine(day, time(hour), zone).timestamp() * 1000)


def request(filed, **changes):
    return Request(
        id="q_a",
        right=Right.ACCESS,
        source=Source.API,
        contact_id="n~1",
        filed_by="c",
        filed_ms=at(filed) if isinstance(filed, date) else filed,
        **changes,
    )


# day of the event, months, last day, the part of Article 3 of Regulation 1182/71 that says so
WORKED = [
    # EDPB Guidelines 01/2022 on access, section 5.3: 5 March gives time until 5 April inclusive
    (date(2027, 3, 5), 1, date(2027, 4, 5), "2(c): same date"),
    # there is no 31 September: the last day of that month (EDPB, same place)
    (date(2026, 8, 31), 1, date(2026, 9, 30), "2(c): last day of the month"),
    (date(2026, 1, 29), 1, date(2026, 3, 2), "2(c) and 4: 28 February 2026 is a Saturday"),
    (date(2028, 1, 31), 1, date(2028, 2, 29), "2(c): a leap year"),
    (date(2027, 1, 31), 1, date(2027, 3, 1), "2(c) and 4: 28 February 2027 is a Sunday"),
    (date(2026, 11, 25), 1, date(2026, 12, 28), "4: Christmas is a Friday, then the weekend"),
    (date(2026, 12, 1), 1, date(2027, 1, 4), "4: New Year's Day is a Friday"),
    (date(2026, 3, 3), 1, date(2026, 4, 7), "4: Good Friday to Easter Monday"),
    (date(2026, 2, 8), 1, date(2026, 3, 9), "4: Sunday, and Women's Day in Berlin"),
    (date(2026, 7, 13), 1, date(2026, 8, 13), "3: weekends within the period count"),
    (date(2026, 11, 30), 3, date(2027, 3, 1), "2(c) and 4, over three months"),
    (date(2026, 12, 31), 2, date(2027, 3, 1), "2(c) and 4, over two months"),
]


@pytest.mark.parametrize(("event", "count", "last", "article"), WORKED)
def test_regulation_1182_71(event, count, last, article):
    period = Period(count=count, unit=Unit.MONTHS)
    assert ends(event, [period], 0, WORKS) == last, article


def test_a_period_of_two_days_or_more_has_two_working_days():
    # 3(5): from Friday before Christmas to Sunday there is none but the ones that are added
    thursday, sunday = date(2026, 12, 24), date(2026, 12, 27)
    assert moved(thursday, sunday, WORKS) == date(2026, 12, 29)
    # a period of a single day is only moved: 3(4)
    assert moved(thursday, date(2026, 12, 25), WORKS) == date(2026, 12, 28)


def test_holidays_are_those_of_the_jurisdiction():
    womens_day = date(2027, 3, 8)
    assert not WORKS(womens_day)
    assert working_days("DE")(womens_day)
    assert working_days("EU")(date(2026, 12, 25))
    assert not working_days("EU")(date(2026, 12, 26))
    # Friday and Saturday are the weekend there
    assert not working_days("EG")(date(2026, 11, 27))


@pytest.mark.parametrize("name", ["XX", "DE-XX", "", "Germany"])
def test_a_jurisdiction_without_known_holidays_is_refused(name):
    with pytest.raises(UnknownJurisdictionError):
        working_days(name)


@given(days, months)
def test_ends_on_a_working_day_never_before_the_same_date(event, count):
    last = ends(event, [Period(count=count, unit=Unit.MONTHS)], 0, WORKS)
    assert WORKS(last)
    same = same_date(event, count)
    assert last >= same
    assert not any(WORKS(same + timedelta(days=n)) for n in range((last - same).days))
    assert working_days_in(event + timedelta(days=1), last, WORKS) >= 2


@given(days, months)
def test_the_same_date_is_the_events_or_the_last_of_a_shorter_month(event, count):
    same = same_date(event, count)
    assert (same.year * 12 + same.month) - (event.year * 12 + event.month) == count
    is_last = (same + timedelta(days=1)).day == 1
    assert same.day == event.day or (is_last and same.day < event.day)


@given(days, days, months)
def test_who_files_later_is_not_due_earlier(one, other, count):
    period = [Period(count=count, unit=Unit.MONTHS)]
    first, second = sorted((one, other))
    assert ends(first, period, 0, WORKS) <= ends(second, period, 0, WORKS)


@given(days, st.integers(0, 23))
def test_daylight_saving_moves_no_deadline_to_another_day(day, hour):
    filed = at(day, hour)
    told = due(request(filed), GDPR, CLOCK, now_ms=filed)
    end = datetime.fromtimestamp(told.due_ms / 1000, UTC).astimezone(BERLIN)
    assert (end.hour, end.minute, end.second) == (0, 0, 0)
    assert end.date() - timedelta(days=1) == ends(day, [ONE], 0, WORKS)


def test_the_day_is_that_of_the_time_zone():
    # when it is half past eleven at night in Berlin, it is tomorrow on Kiritimati
    late = int(datetime(2026, 6, 30, 23, 30, tzinfo=BERLIN).timestamp() * 1000)
    kiritimati = Clock(zone=ZoneInfo("Pacific/Kiritimati"), works=WORKS)
    assert CLOCK.day(late) == date(2026, 6, 30)
    assert kiritimati.day(late) == date(2026, 7, 1)


@given(days, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 40)), max_size=3))
def test_a_pause_moves_the_end_by_its_days_and_then_off_holidays(day, spans):
    start, pauses = at(day), []
    for offset, length in spans:
        begin = (pauses[-1].until_ms if pauses else start) + offset * DAY_MS
        pauses.append(Pause(from_ms=begin, until_ms=begin + length * DAY_MS))
    total = paused_days(pauses, CLOCK, now_ms=0)
    # daylight saving can make a day of 24 hours end an hour short of, or past, a date
    assert abs(total - sum(length for _, length in spans)) <= len(spans)
    told = due(request(day, pauses=tuple(pauses)), GDPR, CLOCK, now_ms=start)
    expected = next_working_day(same_date(day, 1) + timedelta(days=total), WORKS)
    assert told.due_ms == CLOCK.end_of(expected)


def test_a_pause_that_lasts_moves_the_end_day_by_day():
    paused = request(date(2026, 6, 1), pauses=(Pause(from_ms=at(date(2026, 6, 10))),))
    early = due(paused, GDPR, CLOCK, now_ms=at(date(2026, 6, 10), 23))
    later = due(paused, GDPR, CLOCK, now_ms=at(date(2026, 6, 12), 1))
    assert early.due_ms == CLOCK.end_of(date(2026, 7, 1))
    assert later.due_ms == CLOCK.end_of(date(2026, 7, 3))


def test_a_pause_within_a_day_gives_no_time():
    pause = Pause(from_ms=at(date(2026, 6, 10), 8), until_ms=at(date(2026, 6, 10), 20))
    assert paused_days([pause], CLOCK, now_ms=0) == 0


@given(days)
def test_an_extension_makes_it_three_months_from_the_event(day):
    plain = due(request(day), GDPR, CLOCK, now_ms=at(day))
    longer = due(request(day, extended_ms=at(day)), GDPR, CLOCK, now_ms=at(day))
    assert longer.first_ms == plain.due_ms == plain.first_ms
    assert longer.due_ms == CLOCK.end_of(next_working_day(same_date(day, 3), WORKS))
    assert longer.due_ms > plain.due_ms


@given(days)
def test_the_aim_is_28_days_and_never_after_the_end(day):
    told = due(request(day), GDPR, CLOCK, now_ms=at(day))
    assert told.aim_ms <= told.first_ms
    assert told.aim_ms == min(CLOCK.end_of(day + timedelta(days=28)), told.first_ms)


def test_plain_days_and_business_days_are_counted_as_other_laws_do():
    # CCPA, 11 CCR 7021(b): 45 calendar days, whatever day that is
    ccpa = [Period(count=45, unit=Unit.DAYS)]
    assert ends(date(2026, 11, 11), ccpa, 0, WORKS) == date(2026, 12, 26)
    # 11 CCR 7026(f): 15 business days
    optout = [Period(count=15, unit=Unit.BUSINESS_DAYS)]
    assert ends(date(2026, 12, 18), optout, 0, WORKS) == after_working_days(
        date(2026, 12, 18), 15, WORKS
    )
    assert ends(date(2026, 12, 18), optout, 0, WORKS) == date(2027, 1, 12)


@given(days, st.integers(1, 30))
def test_business_days_are_as_many_as_asked_for(day, count):
    last = ends(day, [Period(count=count, unit=Unit.BUSINESS_DAYS)], 0, WORKS)
    assert working_days_in(day + timedelta(days=1), last, WORKS) == count


def test_terms_are_told_by_right_and_are_gdprs_otherwise():
    told = terms_from(
        '{"access": {"answer": {"count": 45, "unit": "days"}, "extension":'
        ' {"count": 45, "unit": "days"}, "aim_days": 30, "law": "CCPA"}}'
    )
    assert told[Right.ERASURE] == GDPR
    assert told[Right.ACCESS] == Terms(
        answer=Period(count=45, unit=Unit.DAYS),
        extension=Period(count=45, unit=Unit.DAYS),
        aim_days=30,
        law="CCPA",
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"acces": {}}',
        '{"access": {"answer": {"count": 1, "unit": "months"}}}',
        '{"access": {"answer": {"count": 1, "unit": "moons"}, "extension": {}, "aim_days": 1}}',
        '{"access": {"answer": {"count": -1, "unit": "days"}, "extension": {}, "aim_days": 1}}',
        '{"access": {"answer": {"unit": "days", "x": 1}, "extension": {}, "aim_days": 1}}',
    ],
)
def test_terms_that_cannot_be_are_refused(text):
    with pytest.raises(ValueError, match=r"deadlines|period|valid"):
        terms_from(text)
