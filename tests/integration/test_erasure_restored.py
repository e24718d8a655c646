"""After a restore of older tables, whoever was erased since is erased again, and nobody else is."""

import pytest
from moto import mock_aws

from functions.core.consent.vocabulary import Status
from tests.fakes.access import NOW
from tests.fakes.erasing import DAY, DUTY, FREE, HELD, TABLES, ErasingWorld, rules


@pytest.fixture
def world(monkeypatch):
    with mock_aws():
        world = ErasingWorld(monkeypatch)
        for number in (FREE, DUTY, HELD):
            world.plant(number, at=NOW - 60 * DAY)
        world.archive()
        yield world


def replayed(world, since_ms):
    """What `amana restore replay` calls."""
    counts = {}
    for step in ("replay", "pointers", "withdrawals"):
        after = ""
        while True:
            told = world.step(step, since_ms=since_ms, after=after)
            after = told.pop("next", "")
            for name, count in told.items():
                counts[name] = counts.get(name, 0) + count
            if not after:
                break
    return counts


# each alone, all of them, all but the keys
RESTORED = [*((table,) for table in TABLES[:-1]), TABLES, ("conversations", "consent")]


@pytest.mark.parametrize("tables", RESTORED, ids=",".join)
def test_nobody_who_was_erased_is_back_after_a_replay(world, tables):
    copies, since_ms = world.copies(), world.clock.ms
    others = world.readable(DUTY), world.readable(HELD)
    world.erased(world.asks_erasure(FREE))
    assert world.where(FREE) == []
    world.restored(copies, *tables)
    world.anew()
    told = replayed(world, since_ms)
    assert told["again"] == 1
    assert world.where(FREE) == []
    assert not world.pointer(FREE)
    assert (world.readable(DUTY), world.readable(HELD)) == others


def test_who_is_still_known_by_name_is_erased_again_but_for_what_is_retained(monkeypatch):
    with mock_aws():
        world = ErasingWorld(monkeypatch, chosen=rules(communications_days=0, consent=3650))
        world.plant(DUTY, at=NOW - 60 * DAY)
        world.archive()
        copies, since_ms = world.copies(), world.clock.ms
        assert world.erased(world.asks_erasure(DUTY)) == "erased_except_retained"
        after = world.readable(DUTY)
        world.restored(copies)
        world.anew()
        assert replayed(world, since_ms)["again"] == 1
        assert world.readable(DUTY) == after
        assert world.pointer(DUTY)


def test_without_a_replay_they_would_be_back(world):
    copies = world.copies()
    world.erased(world.asks_erasure(FREE))
    world.restored(copies)
    assert world.readable(FREE) > 10


def test_it_may_be_replayed_twice_and_what_was_erased_before_the_copy_is_left_alone(world):
    world.erased(world.asks_erasure(FREE))
    world.clock.ms += 1_000
    copies, since_ms = world.copies(), world.clock.ms
    world.erased(world.asks_erasure(DUTY))
    world.restored(copies)
    world.anew()
    assert replayed(world, since_ms)["again"] == 1
    assert replayed(world, since_ms)["again"] == 1
    assert world.where(DUTY) == []
    assert world.readable(HELD) > 10


def test_who_is_held_by_the_time_of_the_restore_is_told_of_and_kept(world):
    copies, since_ms = world.copies(), world.clock.ms
    world.erased(world.asks_erasure(FREE))
    world.restored(copies)
    world.held(FREE)
    world.anew()
    told = replayed(world, since_ms)
    assert (told["again"], told["held"]) == (0, 1)
    assert world.readable(FREE) > 10


def test_what_was_withdrawn_after_the_copy_is_recorded_again(world):
    copies, since_ms = world.copies(), world.clock.ms
    world.clock.ms += 60_000
    world.withdraws(HELD)
    world.restored(copies)
    world.anew()
    assert world.standing(HELD) is Status.GIVEN
    assert replayed(world, since_ms)["recorded"] == 1
    assert world.standing(HELD) is Status.WITHDRAWN
    assert replayed(world, since_ms)["known"] == 1
