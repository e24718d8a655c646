"""What is stored of an import is what is read of it, and small."""

import json

from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.imports.items import (
    chunks_from,
    plan_item,
    report_item,
    results_from,
)
from functions.core.consent.imports.model import Chunk, Counts, Outcome, Result, counted

REASONS = st.lists(
    st.tuples(st.sampled_from(["phone", "purpose"]), st.sampled_from(["is missing", "is unknown"])),
    min_size=1,
    max_size=3,
    unique=True,
)


@st.composite
def results(draw):
    rows = sorted(draw(st.sets(st.integers(2, 10_000))))
    outcomes = [draw(st.sampled_from(Outcome)) for _ in rows]
    return [
        Result(row, outcome, tuple(draw(REASONS)) if outcome is Outcome.REFUSED else ())
        for row, outcome in zip(rows, outcomes, strict=True)
    ]


@given(results())
def test_a_report_is_read_as_it_was_written(told):
    assert results_from(json.loads(json.dumps(report_item(told)))) == told
    counts = counted(told)
    assert counts.rows == len(told)
    assert counts.refused == sum(each.outcome is Outcome.REFUSED for each in told)
    assert counts + Counts(1, 2, 3) == Counts(
        counts.recorded + 1, counts.repeated + 2, counts.refused + 3
    )


def test_a_thousand_good_rows_take_less_than_a_write_unit_and_bad_ones_a_few():
    good = [Result(row, Outcome.RECORDED) for row in range(2, 1002)]
    assert len(report_item(good)["report"]) < 200
    reasons = (("phone", "x" * 80), ("purpose", "y" * 80), ("evidence", "is missing"))
    bad = [Result(row, Outcome.REFUSED, reasons) for row in range(2, 1002)]
    assert len(report_item(bad)["report"]) < 20_000


def test_the_longest_plan_fits_into_a_state_and_an_item():
    chunks = [Chunk(n, 2 + 1000 * n, 1000, 400_000 * n, 400_000 * (n + 1)) for n in range(1400)]
    item = plan_item(chunks)
    assert chunks_from(item) == chunks
    assert len(item["chunks"]) < 100_000
