"""Lifting takes two; then what was held may go, whoever dies on the way."""

import pytest
from moto import mock_aws

from functions.core.holds.errors import (
    LiftNotAskedError,
    NotInForceError,
    SecondPersonNeededError,
    StillLockedError,
    UnknownHoldError,
)
from functions.core.holds.model import State
from functions.core.retention.due import due_position, due_shard, shard_of
from functions.core.retention.kinds import DataKind
from tests.fakes.archive import history
from tests.fakes.holding import LAWYER, PARTNER, Desk
from tests.fakes.reaper import Killed, Reaper


@pytest.fixture
def desk():
    with mock_aws():
        yield Desk()


def test_one_asks_and_another_lifts(desk):
    ada = desk.person()
    hold = desk.hold_active(contact_id=desk.contact(ada))

    asked = desk.holds.ask_to_lift(hold.id, caller=LAWYER)
    assert (asked.state, asked.asked_by) == (State.ACTIVE, "lawyer")
    assert not desk.deletes(ada), "asking lifts nothing"

    lifting = desk.holds.lift(hold.id, caller=PARTNER)
    assert (lifting.state, lifting.lifted_by) == (State.LIFTING, "partner")
    assert desk.deletes(ada)
    assert desk.machine.started[-1] == (hold.id, 2)

    lifted = desk.run(lifting)
    assert (lifted.state, lifted.lifted_ms) == (State.LIFTED, desk.clock.now)


def test_who_asked_cannot_lift_and_nobody_can_unasked(desk):
    ada = desk.person()
    hold = desk.hold_active(contact_id=desk.contact(ada))

    with pytest.raises(LiftNotAskedError):
        desk.holds.lift(hold.id, caller=PARTNER)
    desk.holds.ask_to_lift(hold.id, caller=LAWYER)
    with pytest.raises(SecondPersonNeededError):
        desk.holds.lift(hold.id, caller=LAWYER)

    assert not desk.deletes(ada)
    assert desk.load(hold).state is State.ACTIVE


def test_the_first_who_asked_counts(desk):
    hold = desk.hold_active(contact_id=desk.contact(desk.person()))
    desk.holds.ask_to_lift(hold.id, caller=LAWYER)
    again = desk.holds.ask_to_lift(hold.id, caller=PARTNER)

    assert again.asked_by == "lawyer"
    with pytest.raises(SecondPersonNeededError):
        desk.holds.lift(hold.id, caller=LAWYER)


def test_what_is_being_placed_cannot_be_lifted(desk):
    hold = desk.place(contact_id=desk.contact(desk.person()))
    for wanted in (desk.holds.ask_to_lift, desk.holds.lift):
        with pytest.raises(NotInForceError):
            wanted(hold.id, caller=PARTNER)
    with pytest.raises(UnknownHoldError):
        desk.holds.lift("h_nobody", caller=PARTNER)


def test_what_was_lifted_is_due_some_time_and_stays_listed(desk):
    hold = desk.hold_active(contact_id=desk.contact(desk.person()))
    desk.clock.now += 5
    desk.lift(hold)

    item = desk.client.get_item(
        TableName="compliance", Key={"pk": {"S": f"HOLD#{hold.id}"}, "sk": {"S": "HOLD"}}
    )["Item"]
    assert item["retain_shard"]["S"] == due_shard(DataKind.HOLD, shard_of(hold.id))
    assert item["retain_at"]["S"] == f"{due_position(desk.clock.now)}#{hold.id}"
    assert [each.id for each in desk.store.page(before=None, limit=9)[0]] == [hold.id]


def test_a_lifted_hold_stays_lifted_whatever_comes_again(desk):
    ada = desk.person()
    hold = desk.lift(desk.hold_active(contact_id=desk.contact(ada)))

    assert desk.holds.lift(hold.id, caller=PARTNER).state is State.LIFTED
    assert desk.place(contact_id=desk.contact(ada)).state is State.LIFTED
    assert desk.run(hold).state is State.LIFTED
    assert desk.deletes(ada)


def test_a_range_is_lifted_at_every_shard(desk):
    hold = desk.hold_active(until="2030-01-01T00:00:00Z")
    people = [desk.person(f"155501000{n:02d}") for n in range(12)]
    assert not any(desk.deletes(node) for node in people)

    desk.lift(hold)

    assert all(desk.deletes(node) for node in people)


def test_it_is_not_over_while_objects_are_locked(desk):
    desk.room.archive(history([(0, "one")]))
    hold = desk.hold_active(**{"from": "2026-09-01T00:00:00Z"})
    desk.holds.ask_to_lift(hold.id, caller=LAWYER)
    desk.holds.lift(hold.id, caller=PARTNER)

    with pytest.raises(StillLockedError):
        desk.holding.finish(hold.id)
    assert desk.run(hold).state is State.LIFTED
    assert desk.locks.held == set()


def lifted_by(desk, hold):
    desk.holds.ask_to_lift(hold.id, caller=LAWYER)
    return desk.run(desk.holds.lift(hold.id, caller=PARTNER))


def test_whenever_lifting_is_cut_off_repeating_it_ends_well(desk):
    """One death at every call, before it or after it, each time with another hold."""
    node = desk.person()
    desk.room.archive(history([(0, "one"), (90_000, "two")]))
    hold = archived(desk, "first")
    reaper = Reaper()
    desk.start(reaper.around)
    lifted_by(desk, hold)
    assert len(reaper.calls) > 20
    for at in range(len(reaper.calls)):
        hold = archived(desk, f"case {at}")
        assert desk.locks.held
        desk.start(Reaper(at=at, after=at % 2 == 0).around)
        with pytest.raises(Killed):
            lifted_by(desk, hold)
        desk.start()

        assert lifted_by(desk, hold).state is State.LIFTED
        assert desk.deletes(node)
        assert desk.locks.held == set()
        assert desk.claims.count(hold.id) == 0


def archived(desk, case):
    return desk.hold_active(case, **{"from": "2026-09-01T00:00:00Z"})
