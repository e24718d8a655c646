from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.rules import rules
from functions.core.consent.timing import Clock, capped, quiet_until
from functions.core.consent.vocabulary import Purpose

RULE = rules()[Purpose.MARKETING]
BERLIN = Clock("Europe/Berlin")
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def ms(text):
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-29T20:59:59+01:00", None),
        ("2026-11-29T21:00:00+01:00", "2026-11-30T08:00+01:00"),
        ("2026-11-30T00:30:00+01:00", "2026-11-30T08:00+01:00"),
        ("2026-11-30T07:59:59+01:00", "2026-11-30T08:00+01:00"),
        ("2026-11-30T08:00:00+01:00", None),
        # the clocks go back and forward in the night
        ("2026-10-24T22:00:00+02:00", "2026-10-25T08:00+01:00"),
        ("2026-03-28T22:00:00+01:00", "2026-03-29T08:00+02:00"),
    ],
)
def test_quiet_hours_follow_the_wall_clock(now, until):
    assert quiet_until(RULE, BERLIN, ms(now)) == until


def test_quiet_hours_within_one_day_and_none_at_all():
    noon = rules('{"marketing": {"quiet_from": 12, "quiet_until": 14}}')[Purpose.MARKETING]
    none = rules('{"marketing": {"quiet_from": 9, "quiet_until": 9}}')[Purpose.MARKETING]

    assert quiet_until(noon, Clock("UTC"), ms("2026-11-29T13:00:00+00:00"))
    assert quiet_until(noon, Clock("UTC"), ms("2026-11-29T14:00:00+00:00")) is None
    assert all(quiet_until(none, BERLIN, hour * HOUR_MS) is None for hour in range(24))
    assert quiet_until(rules()[Purpose.SERVICE], BERLIN, 0) is None


@given(st.integers(0, 4_000_000_000_000))
def test_it_is_quiet_exactly_until_the_moment_that_is_told(now_ms):
    until = quiet_until(RULE, BERLIN, now_ms)
    hour = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(BERLIN.at(now_ms).tzinfo).hour

    assert (until is not None) == (hour >= 21 or hour < 8)
    if until is not None:
        end = datetime.fromisoformat(until)
        assert end.hour == 8
        assert 0 < end.timestamp() * 1000 - now_ms <= 12 * HOUR_MS


def test_a_cap_counts_other_messages_of_the_last_days():
    now = 100 * DAY_MS
    sent = {f"m_{day}": now - day * DAY_MS for day in range(1, 5)}

    assert capped(RULE, sent, "m_new", now) == now - 4 * DAY_MS + 7 * DAY_MS
    assert capped(RULE, sent, "m_1", now) is None, "a message that is tried again"
    assert capped(RULE, {**sent, "m_4": now - 7 * DAY_MS}, "m_new", now) is None
    assert capped(rules()[Purpose.UTILITY], sent, "m_new", now) is None


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 20 * DAY_MS), max_size=12),
    st.integers(0, 20 * DAY_MS),
)
def test_at_the_moment_that_is_told_one_may_go_and_not_before(sent, now_ms):
    sent = {name: at for name, at in sent.items() if at <= now_ms}
    free_ms = capped(RULE, sent, "new", now_ms)

    if free_ms is not None:
        assert free_ms > now_ms
        assert capped(RULE, sent, "new", free_ms) is None
        assert capped(RULE, sent, "new", free_ms - 1) is not None
