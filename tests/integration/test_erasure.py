"""Erasure over simulated AWS: what is left of three people, for somebody who sees everything."""

import json

import pytest
from moto import mock_aws

from tests.fakes.access import NOW
from tests.fakes.erasing import DAY, DUTY, FREE, HELD, WORDS, ErasingWorld


@pytest.fixture
def world(monkeypatch):
    """One whose messages are old enough, one whose are not, one under hold."""
    with mock_aws():
        world = ErasingWorld(monkeypatch)
        world.plant(FREE, at=NOW - 60 * DAY)
        world.plant(DUTY, at=NOW - DAY)
        world.plant(HELD, at=NOW - 60 * DAY)
        world.held(HELD)
        world.archive()
        yield world


def test_what_was_planted_can_be_read_before(world):
    for number in (FREE, DUTY, HELD):
        assert world.readable(number) > 10


def test_nothing_is_left_of_who_is_free(world):
    before = world.readable(DUTY), world.readable(HELD)
    request = world.asks_erasure(FREE)
    assert world.erased(request) == "erased"
    assert world.where(FREE) == []
    assert (world.readable(DUTY), world.readable(HELD)) == before
