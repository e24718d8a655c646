"""An erasure that dies at any change it makes, before or after it, ends like one that does not."""

import pytest
from botocore.client import BaseClient
from moto import mock_aws

from tests.fakes.access import NOW
from tests.fakes.erasing import DAY, DUTY, WORDS, ErasingWorld
from tests.fakes.reaper import Killed

CHANGES = {
    "TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "PutObject", "DeleteObject",
}  # fmt: skip


class Mortality:
    """Dies at change number `at` of each life, `after` it or before."""

    def __init__(self, monkeypatch, *, after):
        self.at, self.after, self.seen = None, after, 0
        call = BaseClient._make_api_call

        def mortal(client, operation, arguments):
            due = operation in CHANGES and self._is_due()
            if due and not self.after:
                raise Killed(operation)
            answer = call(client, operation, arguments)
            if due:
                raise Killed(operation)
            return answer

        monkeypatch.setattr(BaseClient, "_make_api_call", mortal)

    def _is_due(self):
        self.seen += 1
        return self.seen == self.at

    def lives(self, at):
        self.at, self.seen = at, 0


@pytest.fixture
def world(monkeypatch):
    with mock_aws():
        world = ErasingWorld(monkeypatch)
        world.plant(DUTY, at=NOW - DAY)
        yield world


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_it_may_die_at_any_change_and_is_begun_again(world, monkeypatch, after):
    others = world.readable(DUTY)
    mortality = Mortality(monkeypatch, after=after)
    dead = []
    # one after the other: every second change before it, the others after it
    for at in range(1 + after, 200, 2):
        number = f"1555018{at:04d}"
        monkeypatch.setitem(WORDS, number, f"canary-mortal-{at:04d}")
        world.plant(number, at=NOW - 60 * DAY)
        request = world.asks_erasure(number, f"q_mortal{at:04d}")
        if not dies(world, request, mortality, at):
            break
        dead.append(request)
        world.anew()
        assert world.erased(request) == "erased"
        told = world.request(request)
        assert told.outcome == "erased"
        assert told.result["deleted"]["conversations.message"] == 3, at
        assert told.result["keys"]["destroyed"] == 1
    assert len(dead) > 8
    readable = world.everything_readable()
    assert b"canary-mortal" not in readable
    assert b"1555018" not in readable
    assert world.readable(DUTY) == others
    entered = [entry["what"] for entry in world.entries_of("record:contact:erased")]
    assert sorted(entered) == sorted({*entered}), "each is told of once"
    assert {f"rights/{request}" for request in dead} < {*entered}


def dies(world, request, mortality, at):
    world.anew()
    mortality.lives(at)
    try:
        world.erased(request)
    except Killed:
        return True
    finally:
        mortality.lives(None)
    return False
