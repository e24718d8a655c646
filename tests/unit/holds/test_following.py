"""Aliases that are learnt after a hold was placed are held too, and let go with it."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from moto import mock_aws

from functions.core.holds.guard import node_key
from tests.fakes.holding import Desk
from tests.fakes.reaper import Killed, Reaper

HELD, OTHER = "15550100001", "US.1"


@pytest.fixture
def desk():
    with mock_aws():
        yield Desk()


def test_an_alias_learnt_after_the_hold_is_held(desk):
    number, account = desk.person(HELD), desk.account(OTHER)
    hold = desk.hold_active(contact_id=desk.contact(number))
    assert desk.deletes(account)

    seen = desk.look(account)
    desk.link(HELD, OTHER)
    desk.following.follow(account)

    assert not desk.delete(seen), "it was looked at before"
    assert not desk.deletes(account)
    assert desk.load(hold).nodes == {number, account}
    desk.lift(hold)
    assert desk.deletes(number)
    assert desk.deletes(account)


def test_whichever_alias_is_told_of_first_all_of_them_are_held(desk):
    number, account = desk.person(HELD), desk.account(OTHER)
    desk.place(contact_id=desk.contact(account))
    desk.link(HELD, OTHER)
    desk.following.follow(account)

    assert not desk.deletes(number)


def test_people_without_holds_are_left_alone(desk):
    number, account = desk.link(HELD, OTHER)
    desk.following.follow(number)

    assert desk.client.scan(TableName="compliance")["Items"] == []
    assert desk.deletes(account)


def test_a_range_follows_nobody_because_it_stands_everywhere(desk):
    number, account = desk.link(HELD, OTHER)
    desk.place(until="2030-01-01T00:00:00Z")
    before = desk.client.scan(TableName="compliance")["Items"]
    desk.following.follow(number)

    assert desk.client.scan(TableName="compliance")["Items"] == before
    assert not desk.deletes(account)


def test_a_conversation_follows_with_its_number(desk):
    number, account = desk.person(HELD), desk.account(OTHER)
    desk.place(conversation_id=desk.thread(number))
    desk.link(HELD, OTHER)
    desk.following.follow(number)

    assert not desk.deletes(account, at_ms=1)
    assert desk.deletes(account, at_ms=1, number="another number")


def test_a_guard_that_a_dead_follower_left_behind_is_taken_away(desk):
    number, account = desk.link(HELD, OTHER)
    hold = desk.hold_active(contact_id=desk.contact(number))
    covered = desk.guards.read([account])[account].holds[hold.id]
    desk.lift(hold)
    desk.guards.change([node_key(account)], hold.id, covered)
    assert not desk.deletes(account)

    desk.following.follow(number)

    assert desk.deletes(account)


def test_a_hold_that_is_lifted_while_somebody_follows_leaves_nothing_behind():
    """The lifting falls before or after any one call of whoever follows."""
    calls = follow_with(None, after=False)
    assert calls > 4
    for at in range(calls):
        for after in (False, True):
            follow_with(at, after=after)


def follow_with(at, *, after):
    with mock_aws():
        desk = Desk()
        number, account = desk.person(HELD), desk.account(OTHER)
        hold = desk.hold_active(contact_id=desk.contact(number))
        desk.link(HELD, OTHER)
        calls = Between(at, after=after, what=lambda: desk.lift(hold))
        desk.start(calls.around)
        watched = desk.following
        desk.start()
        watched.follow(number)
        if at is not None:
            assert desk.deletes(number)
            assert desk.deletes(account)
        return calls.count


class Between:
    """Something else happens before or after one call."""

    def __init__(self, at, *, after, what):
        self.at, self.after, self.what, self.count = at, after, what, 0

    def around(self, _name, part):
        return _Watched(self, part)

    def call(self, function, args, more):
        due, self.count = self.count == self.at, self.count + 1
        if due and not self.after:
            self.what()
        told = function(*args, **more)
        if due and self.after:
            self.what()
        return told


class _Watched:
    def __init__(self, between, part):
        self._between, self._part = between, part

    def __getattr__(self, name):
        function = getattr(self._part, name)
        return lambda *args, **more: self._between.call(function, args, more)


def test_whenever_following_is_cut_off_the_body_comes_again_and_it_goes_on():
    with mock_aws():
        desk, reaper = Desk(), Reaper()
        number = linked_after(desk)
        desk.start(reaper.around)
        desk.following.follow(number)
        calls = len(reaper.calls)
    for at in range(calls):
        with mock_aws():
            desk = Desk()
            number = linked_after(desk)
            desk.start(Reaper(at=at).around)
            with pytest.raises(Killed):
                desk.following.follow(number)
            desk.start()
            desk.following.follow(number)
            assert not desk.deletes(desk.account(OTHER))


def linked_after(desk):
    number = desk.person(HELD)
    desk.account(OTHER)
    desk.place(contact_id=desk.contact(number))
    return desk.link(HELD, OTHER)[0]


class Schedules(RuleBasedStateMachine):
    """Any schedule of placing, lifting, linking, and deleting in two steps.

    The model: which aliases are one person's, and which of two holds is in force on whom.
    """

    @initialize()
    def begin(self):
        self.mock = mock_aws()
        self.mock.start()
        self.desk = Desk()
        self.nodes = [self.desk.person(HELD), self.desk.account(OTHER)]
        self.contacts = [self.desk.contact(node) for node in self.nodes]
        self.linked = False
        self.holds = {}  # name -> (hold, whose)
        self.over = set()
        self.sights = []

    @rule(name=st.sampled_from(["a", "b"]), whose=st.integers(0, 2))
    def place(self, name, whose):
        if name in self.holds or name in self.over:
            return
        scope = {"until": "2030-01-01T00:00:00Z"}
        if whose < 2:
            scope = {"contact_id": self.contacts[whose]}
        self.holds[name] = self.desk.place(name, **scope), whose

    @rule(name=st.sampled_from(["a", "b"]))
    def run(self, name):
        if name in self.holds:
            self.desk.run(self.holds[name][0])

    @rule(name=st.sampled_from(["a", "b"]))
    def lift(self, name):
        if name in self.holds:
            hold, _ = self.holds.pop(name)
            self.desk.run(hold)
            self.desk.lift(hold)
            self.over.add(name)

    @rule(first=st.integers(0, 1))
    def become_one(self, first):
        if not self.linked:
            self.linked = True
            self.desk.clock.now += 1
            self.desk.link(HELD, OTHER)
            self.desk.following.follow(self.nodes[first])

    @rule(which=st.integers(0, 1))
    def look(self, which):
        self.sights.append((which, self.desk.look(self.nodes[which], at_ms=5)))

    @rule(data=st.data())
    def delete(self, data):
        if self.sights:
            at = data.draw(st.integers(0, len(self.sights) - 1), label="sight")
            which, sight = self.sights.pop(at)
            held = self._is_held(which)
            assert not (self.desk.delete(sight) and held), "deleted under a hold"

    @invariant()
    def what_is_held_stays_and_what_is_free_goes(self):
        if hasattr(self, "mock"):
            for which in (0, 1):
                assert self.desk.deletes(self.nodes[which], at_ms=5) != self._is_held(which)

    def _is_held(self, which):
        return any(whose in (2, which) or self.linked for _, whose in self.holds.values())

    def teardown(self):
        if hasattr(self, "mock"):
            self.mock.stop()


TestSchedules = Schedules.TestCase
TestSchedules.settings = settings(
    max_examples=25,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
