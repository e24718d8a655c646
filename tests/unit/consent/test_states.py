"""The fold of events: whatever the order and however often, the same state."""

from hypothesis import given
from hypothesis import strategies as st

from functions.core.consent.items import event_from, event_item, state_from, state_item
from functions.core.consent.model import Event, Notice, State, against, folded, restricted
from functions.core.consent.vocabulary import Kind, Method, Purpose, Strength

TIMES = st.integers(min_value=0, max_value=6)  # few, so that ties are common


@st.composite
def events(draw):
    kind = draw(st.sampled_from(Kind))
    number = draw(st.integers(min_value=0, max_value=10**6))
    return Event(
        id=f"e_{number}",
        kind=kind,
        purpose=draw(st.sampled_from(Purpose)),
        node="nabc",
        at_ms=draw(TIMES),
        method=Method.API,
        by="c",
        strength=draw(st.sampled_from(Strength)) if kind is Kind.GIVEN else None,
        until_ms=number + 7 if kind in (Kind.GIVEN, Kind.REQUESTED) else None,
        request=f"r_{number}",
    )


def state_of(*many):
    state = State()
    for event in many:
        state = folded(state, event)
    return state


@given(st.lists(events(), max_size=12), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_gives_the_same_state(many, random):
    many = list({event.id: event for event in many}.values())
    again = [*many, *random.choices(many, k=4)] if many else []
    random.shuffle(again)

    assert state_of(*again) == state_of(*many)


@given(st.lists(events(), max_size=12))
def test_a_state_survives_its_item_and_the_digest_names_it(many):
    state = state_of(*many)
    item = state_item(state)

    assert state_from(item) == state
    assert state_item(state_from(item))["digest"] == item["digest"]


@given(events())
def test_an_event_survives_its_item(event):
    notice = Notice(id="marketing", version="2026-11", language="en", sha256="0" * 64)
    event = Event(**{**vars(event), "notice": notice, "reason": "why", "evidence": {"a": [1]}})
    item = event_item(event, key="nabc~0", recorded_ms=9)

    assert event_from({**item, "pk": "CONSENT#nabc", "sk": "EVENT#x"}) == event


@given(st.lists(events(), max_size=8), events())
def test_what_was_said_elsewhere_folds_like_what_was_said_here(many, event):
    state = state_of(*many)
    said = state_of(event).cells.get(event.purpose)

    for node, mark in said.against.items() if said else ():
        assert against(state, event.purpose, node, mark) == folded(state, event)


@given(st.lists(st.tuples(TIMES, st.booleans()), min_size=1, max_size=8), st.data())
def test_the_latest_restriction_counts_and_at_the_same_moment_it_stays(said, data):
    order = data.draw(st.permutations(said))
    state = State()
    for at_ms, on in [*order, *said]:
        state = restricted(state, at_ms, on=on)

    latest = max(at_ms for at_ms, _ in said)
    assert state.restriction == (latest, (latest, True) in said)


def test_a_full_state_fits_in_one_write_unit():
    """All purposes asked, given in every strength, withdrawn: a transaction pays by the KB."""
    state = State()
    for purpose in Purpose:
        for kind in (Kind.GIVEN, Kind.WITHDRAWN, Kind.REQUESTED):
            event = Event(
                id="e_" + "a" * 26,
                kind=kind,
                purpose=purpose,
                node="n",
                at_ms=1_790_000_000_000,
                method=Method.API,
                by="",
                strength=Strength.CONFIRMED,
                until_ms=1_790_000_000_000,
                request="r_" + "a" * 26,
            )
            state = folded(state, event)

    one = len(repr(state_item(State({Purpose.MARKETING: state.cells[Purpose.MARKETING]}))))
    assert one < 700
