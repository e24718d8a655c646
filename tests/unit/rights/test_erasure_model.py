"""What goes and what stays, which outcome that is, and what a certificate says of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.contacts.model import Span
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import DAY_MS, Duty, Rule
from functions.core.rights.erasure.certificate import Proved, certificate, encoded, sha256
from functions.core.rights.erasure.ledger import Entry, entry_from, name_of
from functions.core.rights.erasure.model import (
    PERSONAL,
    CutOff,
    Erased,
    Left,
    Outcome,
    Part,
    cut_offs,
    outcome_of,
    part_from,
    retained,
)
from functions.core.rights.erasure.page import page

NOW = 1_790_000_000_000
DUTY = Duty(id="class-1", regime="sec", law="17 CFR 240.17a-4(b)(4)", days=1_000)


def rules(**duties):
    return {
        kind: Rule(kind=kind, keep_days=1_500, duties=duties.get(kind.value, ()))
        for kind in DataKind
    }


def test_what_is_under_no_duty_goes_whatever_its_age():
    free = cut_offs(rules(), NOW)
    assert free.keys() == set(PERSONAL)
    assert all(each.takes(at) for each in free.values() for at in (0, NOW, NOW + DAY_MS))


@given(st.integers(0, NOW + DAY_MS))
def test_what_a_law_keeps_stays_until_its_days_are_over_to_the_millisecond(at_ms):
    chosen = cut_offs(rules(communications=(DUTY,)), NOW)
    assert chosen[DataKind.COMMUNICATIONS].takes(at_ms) == (at_ms < NOW - 1_000 * DAY_MS)
    assert chosen[DataKind.CONSENT].takes(at_ms)


def left(*items, before_ms=None):
    """`items`: when, and whether a hold keeps it."""
    found = Left(kind=DataKind.COMMUNICATIONS)
    for at_ms, held in items:
        found = found.plus(at_ms, held=held, cut_off=CutOff(DataKind.COMMUNICATIONS, before_ms))
    return found


@pytest.mark.parametrize(
    ("found", "held", "outcome"),
    [
        ([], False, Outcome.ERASED),
        ([left((NOW, False), before_ms=NOW)], False, Outcome.ERASED_EXCEPT_RETAINED),
        ([left((5, True), before_ms=NOW)], False, Outcome.RESTRICTED_UNDER_HOLD),
        ([], True, Outcome.RESTRICTED_UNDER_HOLD),
    ],
)
def test_the_outcome_follows_from_what_is_left(found, held, outcome):
    assert outcome_of(found, held=held) is outcome


@given(st.lists(st.tuples(st.integers(0, NOW), st.booleans()), max_size=20), st.integers(0, NOW))
def test_owed_is_what_neither_a_duty_nor_a_hold_keeps(items, before_ms):
    found = left(*items, before_ms=before_ms)
    assert found.count == len(items)
    assert found.owed == sum(not held and at < before_ms for at, held in items)
    assert found.held == sum(held for _, held in items)


def test_who_somebody_is_stays_as_long_as_what_is_theirs_and_under_its_law():
    contact = Left(kind=DataKind.CONTACT, count=1, latest_ms=5)
    told = retained([left((NOW, False), before_ms=NOW), contact], rules(communications=(DUTY,)))
    assert {each.kind: each.until_ms for each in told} == {
        DataKind.COMMUNICATIONS: NOW + 1_500 * DAY_MS,
        DataKind.CONTACT: NOW + 1_500 * DAY_MS,
    }
    assert [each.duties[0]["law"] for each in told] == [DUTY.law, DUTY.law]


def test_a_part_is_told_and_read_again():
    for part in (
        Part(kind=DataKind.COMMUNICATIONS, name="1065#nabc"),
        Part(kind=DataKind.CONSENT, name="babc"),
    ):
        assert part_from(part.told) == part


ENTRY = Entry(
    request="q_abc",
    erased_ms=NOW,
    contact_id="nabc~5",
    spans=(Span("nabc"), Span("nxyz", 5, 9)),
    keys=("nabc~0", "nxyz~6"),
    numbers=("1065",),
    cut_offs={kind: CutOff(kind, None if i else NOW) for i, kind in enumerate(PERSONAL)},
)


def test_an_entry_of_the_ledger_is_read_as_it_was_written():
    assert entry_from(ENTRY.encoded()) == ENTRY
    assert name_of(ENTRY).startswith("erasures/2026/09/q_abc-")
    assert name_of(ENTRY).endswith(f"-{ENTRY.sha256}.json")


def certified(**changes):
    told = {"outcome": Outcome.ERASED, "erased_ms": NOW, "counts": {"media.object": 2}, "keys": 1}
    return certificate(
        "q_abc",
        Erased(**{**told, "epochs": [3], **changes}),
        ledger=Proved(object="erasures/x", sha256="a" * 64),
        issued_ms=NOW + 5_000,
        within_days=16,
    )


def test_a_certificate_says_until_when_a_backup_could_be_read():
    told = certified()["unreadable"]
    assert told == {
        "in_stores_since": "2026-09-21T14:13:20Z",
        "in_backups_until": "2026-10-07T14:13:20Z",
    }


def test_where_no_key_was_destroyed_nothing_is_said_to_be_unreadable():
    assert "unreadable" not in certified(keys=0)


def test_of_a_hold_only_that_there_is_one_is_told():
    told = certified(outcome=Outcome.RESTRICTED_UNDER_HOLD, held=7)
    assert told["held"] == {
        "count": 7, "law": "GDPR 17(3)(e)", "restricted": True, "erased_when": "lifted",
    }  # fmt: skip
    assert "held" not in certified()


def test_its_bytes_are_the_same_whenever_it_is_read():
    told = certified()
    assert encoded(json.loads(encoded(told))) == encoded(told)
    assert sha256(json.loads(encoded(told))) == sha256(told)


def test_the_page_shows_all_of_it_and_lets_nothing_through_as_markup():
    kept = retained([left((NOW, False), before_ms=NOW)], rules(communications=(DUTY,)))
    told = certified(outcome=Outcome.ERASED_EXCEPT_RETAINED, retained=kept)
    shown = page({**told, "request": "<script>"}, sha256="b" * 64)
    for part in ("media.object", DUTY.law, "2026-10-07T14:13:20Z", "b" * 64, "GDPR 77"):
        assert part in shown
    assert "<script>" not in shown
