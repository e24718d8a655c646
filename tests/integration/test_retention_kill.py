"""Runs that die at every call, run beside each other, and meet holds (moto): one same end."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import botocore.client
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from functions.core.conversations.model import thread_id
from functions.core.retention.kinds import DataKind
from functions.core.runtime import clock
from tests.fakes import retention
from tests.fakes.reaper import Killed
from tests.fakes.retention import CUT, HORIZON, NUMBER, World, ago, run

# the emulator takes a second for most of these: every 29th call, or all of them
STRIDE = int(os.environ.get("AMANA_KILL_STRIDE", "29"))
REAL = botocore.client.BaseClient._make_api_call


@pytest.fixture
def _stores(monkeypatch):
    with mock_aws():
        retention.create_stores()
        retention.environment(monkeypatch)
        monkeypatch.setattr(clock, "now_ms", lambda: retention.NOW)
        yield


class Dying:
    """The process dies before or after its call number `at` to AWS, and makes no other."""

    def __init__(self, *, at, after):
        self.at, self.after, self.calls, self.dead = at, after, 0, False

    def __call__(self, client, operation, params):
        number, self.calls = self.calls, self.calls + 1
        if self.dead or (number == self.at and not self.after):
            self.die(operation)
        answer = REAL(client, operation, params)
        if number == self.at:
            self.die(operation)
        return answer

    def die(self, operation):
        self.dead = True
        raise Killed(operation)


def killed(monkeypatch, *, at, after):
    """Whether it got that far."""
    dying = Dying(at=at, after=after)
    with monkeypatch.context() as patched:
        patched.setattr(botocore.client.BaseClient, "_make_api_call", lambda *call: dying(*call))  # noqa: PLW0108 - an object is not bound to the client
        with suppress(Killed):
            run()
    return dying.dead


def planted(world, number):
    """A person of whom all is due, and what belongs to nobody."""
    node = world.person(number, since=ago(300))
    world.message(node, ago(200), f"w_{number}", members=1, large=True, medium=True)
    world.consent(node, ago(200))
    world.export(f"e_{number}", ago(200))
    return node


ALL = {
    "conversations.message": 1, "conversations.participant": 1, "conversations.media": 1,
    "conversations.access": 1, "conversations.thread": 1, "conversations.node": 1,
    "conversations.alias": 1, "consent.event": 1, "consent.state": 1, "consent.wish": 2,
    "consent.request": 1, "compliance.export": 1, "media.object": 2, "keys.key": 2,
}  # fmt: skip


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_wherever_a_run_dies_it_goes_on_and_tells_everything_once(monkeypatch, after):
    at, died = 0, True
    while died:
        with mock_aws():
            retention.create_stores()
            retention.environment(monkeypatch)
            monkeypatch.setattr(clock, "now_ms", lambda: retention.NOW)
            world = World()
            planted(world, 1)
            retention.start_anew()
            died = killed(monkeypatch, at=at, after=after)
            retention.start_anew()
            told = run()
            assert not world.left(), at
            assert not world.left("consent"), at
            assert not world.objects(), at
            assert not [e for e in world.left("compliance") if e.startswith(("DISPOSED", "EXP"))]
            # of what was destroyed before, the log tells
            assert told["counts"] | {"keys.key": 2} == ALL, at
            gone = [e for e in world.entries() if e["action"] == "key:content:destroyed"]
            assert len(gone) == 2, at
            ended = [e for e in world.entries() if e["action"] == "retention:disposition:done"]
            assert len(ended) == 1, at
        at += STRIDE
    assert at > 40


@pytest.mark.usefixtures("_stores")
def test_two_runs_at_once_delete_everything_once():
    world = World()
    for number in range(6):
        planted(world, number)
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(run, ("run-1", "run-2")))
    counts = [
        sum(each["counts"].get(name, 0) for each in told) for name in ALL if name != "keys.key"
    ]
    assert counts == [6 * count for name, count in ALL.items() if name != "keys.key"]
    assert not world.left() | world.left("consent")
    assert not world.objects()


class Meddling:
    """Does something once, just before the first transaction that deletes."""

    def __init__(self, client, deed):
        self._client, self._deed = client, deed

    def __getattr__(self, name):
        real = getattr(self._client, name)
        if name != "transact_write_items":
            return real

        def meddled(**request):
            deed, self._deed = self._deed, None
            if deed:
                deed()
            return real(**request)

        return meddled


@pytest.mark.usefixtures("_stores")
@pytest.mark.parametrize("everybody", [False, True])
def test_a_hold_placed_between_reading_and_deleting_wins(everybody):
    world = World()
    node = world.person(1, since=ago(300))
    world.message(node, ago(200), medium=True)
    client = Meddling(
        world.dynamodb, lambda: world.hold(None if everybody else node, from_ms=ago(250))
    )
    disposed = world.disposer(client=client).thread(thread_id(NUMBER, node), before_ms=CUT)
    assert disposed.held == {"h_1": 2}
    assert not disposed.counts
    assert len(world.objects()) == 2


@pytest.mark.usefixtures("_stores")
def test_a_message_that_comes_in_meanwhile_stays_with_its_thread():
    world = World()
    node = world.person(1, since=ago(300))
    world.message(node, ago(200))
    came = []
    client = Meddling(world.dynamodb, lambda: came.append(world.message(node, ago(1))))
    world.disposer(client=client).thread(thread_id(NUMBER, node), before_ms=CUT)
    world.disposer(client=client).thread(thread_id(NUMBER, node), before_ms=CUT)
    assert f"{came[0].pk}|MESSAGE" in world.left()
    assert f"THREAD#{thread_id(NUMBER, node)}|THREAD" in world.left()


DAYS = st.integers(0, 300)
SCHEDULE = st.lists(st.tuples(st.integers(1, 3), DAYS), min_size=1, max_size=12)
HOLDS = st.lists(st.tuples(st.sampled_from([None, 1, 2, 3]), DAYS, DAYS), max_size=3)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedule=SCHEDULE, holds=HOLDS)
def test_after_a_run_exactly_what_is_due_and_free_is_gone(schedule, holds):
    with mock_aws():
        retention.create_stores()
        world = World()
        nodes = {number: world.person(number, since=ago(301)) for number in (1, 2, 3)}
        written = [
            (number, days, world.message(nodes[number], ago(days), f"w_{index}"))
            for index, (number, days) in enumerate(schedule)
        ]
        for index, (whom, one, other) in enumerate(holds):
            first, last = max(one, other), min(one, other)
            node = None if whom is None else nodes[whom]
            world.hold(node, f"h_{index}", from_ms=ago(first), until_ms=ago(last) + 1)
        disposer = world.disposer()
        for shard in range(8):
            units = list(disposer.listing.due(DataKind.COMMUNICATIONS, shard, before_ms=CUT))
            for unit in units:
                disposer.unit(unit, before_ms=CUT, horizon=HORIZON)
        kept = {
            f"{key.pk}|MESSAGE"
            for number, days, key in written
            if days <= 100 or any(_covers(hold, number, days) for hold in holds)
        }
        left = world.left()
        assert {each for each in left if each.startswith("MESSAGE")} == kept
        threads = {
            thread_id(NUMBER, nodes[n]) for n, _, key in written if f"{key.pk}|MESSAGE" in kept
        }
        assert {each for each in left if each.startswith("THREAD")} == {
            f"THREAD#{thread}|THREAD" for thread in threads
        }


def _covers(hold, number, days):
    whom, one, other = hold
    return whom in (None, number) and min(one, other) <= days <= max(one, other)
