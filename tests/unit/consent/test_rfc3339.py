"""Times of callers: taken with a zone and no other way, told back as the same moment."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.rfc3339 import epoch_ms, told

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 (the strategy adds the zone)


@given(TIMES)
def test_a_time_is_the_same_moment_in_any_zone(when):
    ms = epoch_ms(when.isoformat())
    assert ms is not None
    assert ms == epoch_ms(when.astimezone(UTC).isoformat()) == epoch_ms(told(ms))


@pytest.mark.parametrize("text", ["2026-11-24T08:00:00Z", "2026-11-24t09:00:00.000+01:00"])
def test_zones_and_fractions_are_understood(text):
    assert told(epoch_ms(text)) == "2026-11-24T08:00:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-11-24",
        "2026-11-24T08:00:00",
        "2026-11-24T08:00Z",
        "2026-W48-2T08:00:00Z",
        "2026-02-30T08:00:00Z",
        "2026-11-24T25:00:00Z",
        "1969-12-31T23:59:59Z",
        "٢٠٢٦-11-24T08:00:00Z",
        "2026-11-24T08:00:00Z\n",
    ],
)
def test_what_is_no_time_with_a_zone_is_none(text):
    assert epoch_ms(text) is None


def test_no_time_is_told_as_none():
    assert told(None) is None
