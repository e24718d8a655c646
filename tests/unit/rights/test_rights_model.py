"""What can be done to a request in which state, and what follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.core.rights.errors import NotNowError
from functions.core.rights.items import request_from, request_item
from functions.core.rights.model import OVER, Deed, Pause, Request, Right, Source, State, after

AT = 1_790_000_000_000
DEEDS = [deed for deed in Deed if deed is not Deed.FILED]


def request(**changes):
    return Request(
        **{
            "id": "q_a",
            "right": Right.ACCESS,
            "source": Source.API,
            "contact_id": "n~1",
            "filed_by": "c",
            "filed_ms": AT,
            **changes,
        }
    )


def done(deeds, start=None):
    """As far as it goes: what is not possible is left out."""
    one, moment = start or request(), AT
    for deed in deeds:
        moment += 1000
        try:
            one = after(one, deed, now_ms=moment)
        except NotNowError:
            continue
    return one


@given(st.lists(st.sampled_from(DEEDS), max_size=30))
def test_whatever_is_done_in_whatever_order_nothing_is_carried_out_that_was_not_approved(deeds):
    one, approved = request(), False
    for number, deed in enumerate(deeds, 1):
        try:
            one = after(one, deed, now_ms=AT + number)
        except NotNowError:
            continue
        approved = approved or deed is Deed.APPROVED
        if one.state in (State.APPROVED, State.IN_PROCESSING, State.COMPLETE, State.ERROR):
            assert approved
        assert one.version <= number + 1


@given(st.lists(st.sampled_from(DEEDS), max_size=30), st.sampled_from(DEEDS))
def test_what_is_over_stays_over(deeds, last):
    one = done(deeds)
    if one.state in OVER:
        with pytest.raises(NotNowError):
            after(one, last, now_ms=AT)
        assert one.finished_ms is not None


@given(st.lists(st.sampled_from(DEEDS), max_size=30))
def test_pauses_follow_on_each_other_and_at_most_the_last_one_lasts(deeds):
    one = done(deeds)
    assert all(pause.until_ms is not None for pause in one.pauses[:-1])
    ends = [(pause.from_ms, pause.until_ms or AT * 2) for pause in one.pauses]
    assert ends == sorted(ends)
    lasts = bool(one.pauses) and one.pauses[-1].until_ms is None
    stands = one.state in (State.PAUSED, State.REQUIRES_INPUT)
    assert lasts == stands


@given(st.lists(st.sampled_from(DEEDS), max_size=30))
def test_what_is_stored_is_read_back_as_it_was(deeds):
    one = done(deeds, request(purposes=("marketing",), opens=("n~0",), details={"note": "x"}))
    assert request_from({"pk": "RIGHTS#q_a", **request_item(one)}) == one


@pytest.mark.parametrize("state", [State.IDENTITY_UNVERIFIED, State.REQUIRES_INPUT, State.PENDING])
def test_what_was_paused_goes_on_where_it_was(state):
    paused = after(request(state=state), Deed.PAUSED, now_ms=AT)
    assert after(paused, Deed.RESUMED, now_ms=AT + 1).state is state


def test_a_paused_wait_for_staff_is_one_pause():
    waiting = after(request(), Deed.STEPPED_UP, now_ms=AT)
    resumed = after(after(waiting, Deed.PAUSED, now_ms=AT + 1), Deed.RESUMED, now_ms=AT + 2)
    assert resumed.pauses == (Pause(from_ms=AT),)
    assert after(resumed, Deed.VERIFIED, now_ms=AT + 3).pauses == (
        Pause(from_ms=AT, until_ms=AT + 3),
    )


def test_what_failed_is_another_attempt_and_needs_no_second_approval():
    failed = done([Deed.VERIFIED, Deed.APPROVED, Deed.STARTED, Deed.FAILED])
    again = after(failed, Deed.RESUMED, now_ms=AT)
    assert (again.state, again.attempt) == (State.APPROVED, 2)


def test_an_error_says_what_is_not_possible_when():
    with pytest.raises(NotNowError, match="approved is not possible while it is identity_un"):
        after(request(), Deed.APPROVED, now_ms=AT)
