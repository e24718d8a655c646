"""Where a stage scans: nothing is served before the verdict, and the verdict decides."""

import media_files as files
import pytest

from functions.core.media.model import Reason, State
from functions.core.media.scanning import Verdict
from tests.fakes.media_desk import FACT, SCAN_BUCKET, Desk, medium_id

PHOTO = files.png_of(150_000)
ID = medium_id("1234")


@pytest.fixture
def desk():
    desk = Desk(scan=True)
    desk.told({"image": {"id": "1234", "mime_type": "image/png"}})
    desk.meta.has("1234", PHOTO)
    return desk


def verdict(status, *, name=ID, bucket=SCAN_BUCKET):
    return Verdict(bucket, name, status)


def test_a_fetched_medium_waits_for_its_verdict(desk):
    (outcome,) = desk.run()
    assert (outcome.state, outcome.later.reason) == (State.SCANNING, Reason.AWAITING_SCAN)
    assert desk.copies.objects == {ID: PHOTO}
    assert desk.item(ID)["state"] == "scanning"


def test_a_clean_one_can_be_had(desk):
    desk.run()
    (outcome,) = desk.run(verdict("NO_THREATS_FOUND"))
    assert (outcome.state, outcome.settled) == (State.STORED, True)
    assert desk.item(ID)["scanned_ms"] == desk.clock.now
    assert desk.content(ID) == PHOTO
    assert desk.copies.objects == {}


@pytest.mark.parametrize(
    "status", ["THREATS_FOUND", "UNSUPPORTED", "ACCESS_DENIED", "FAILED", "SKIPPED", "", "NEW_WORD"]
)
def test_any_other_verdict_is_quarantine(desk, status):
    desk.run()
    (outcome,) = desk.run(verdict(status))
    assert outcome.state is State.QUARANTINED
    assert desk.item(ID)["reason"] == f"scan_{status.lower() or 'unknown'}"
    assert desk.copies.objects == {}


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        ("NO_THREATS_FOUND", "THREATS_FOUND", "stored"),
        ("THREATS_FOUND", "NO_THREATS_FOUND", "quarantined"),
    ],
)
def test_a_verdict_that_comes_later_changes_nothing(desk, first, then, state):
    desk.run()
    desk.run(verdict(first))
    assert desk.run(verdict(then)) == []
    assert desk.item(ID)["state"] == state


@pytest.mark.parametrize(
    "strange",
    [
        verdict("NO_THREATS_FOUND", bucket="another"),
        verdict("NO_THREATS_FOUND", name="media/x"),
        verdict("NO_THREATS_FOUND", name=f"f_{'z' * 26}"),
        verdict("NO_THREATS_FOUND", name=""),
    ],
)
def test_verdicts_on_anything_else_change_nothing(desk, strange):
    desk.run()
    assert desk.run(strange) == []
    assert desk.item(ID)["state"] == "scanning"
    assert desk.copies.objects == {ID: PHOTO}
    assert desk.media.load(f"f_{'z' * 26}") is None


def test_a_verdict_where_nothing_is_scanned_changes_nothing():
    desk = Desk(scan=False)
    desk.told({"image": {"id": "1234", "mime_type": "image/png"}})
    assert desk.run(verdict("NO_THREATS_FOUND")) == []
    assert desk.media.items == {}


def test_a_verdict_before_the_medium_was_fetched_does_not_release_it(desk):
    assert desk.run(verdict("NO_THREATS_FOUND")) == []
    (outcome,) = desk.run()
    assert outcome.state is State.SCANNING


def test_a_verdict_that_was_lost_is_asked_for_again(desk):
    desk.run()
    desk.copies.objects.clear()
    (outcome,) = desk.run(FACT)
    assert outcome.later is not None
    assert desk.copies.objects == {ID: PHOTO}
    assert desk.meta.calls.count("download") == 1


def test_the_message_is_done_once_the_verdict_came(desk):
    desk.run()
    desk.run(verdict("NO_THREATS_FOUND"))
    (outcome,) = desk.run(FACT)
    assert (outcome.state, outcome.later) == (State.STORED, None)


def test_what_is_quarantined_anyway_is_not_scanned(desk):
    desk.meta.has("1234", files.PROGRAM)
    (outcome,) = desk.run()
    assert (outcome.state, outcome.later) == (State.QUARANTINED, None)
    assert desk.copies.objects == {}
