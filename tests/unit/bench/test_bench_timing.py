import pytest

from bench.timing import Spread, exponent, ratio, take_turns


class Ticks:
    """A clock that only the contestants move."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def spend(self, seconds):
        self.now += seconds


def test_a_contestant_that_takes_twice_as_long_has_a_ratio_of_two():
    clock = Ticks()
    contestants = {"a": lambda: clock.spend(0.02), "b": lambda: clock.spend(0.01)}
    turns = take_turns(contestants, rounds=4, clock=clock)
    assert ratio(turns, "a", "b").median == pytest.approx(2)
    assert [len(seconds) for seconds in turns.values()] == [4, 4]


def test_every_other_round_runs_backwards():
    clock, order = Ticks(), []

    def contestant(name):
        def run():
            order.append(name)
            clock.spend(1)

        return run

    take_turns({name: contestant(name) for name in "abc"}, rounds=2, clock=clock)
    assert "".join(order[-6:]) == "abccba"


def test_what_is_fast_is_called_often_enough_to_be_seen():
    clock, calls = Ticks(), []
    fast = {"fast": lambda: (calls.append(1), clock.spend(0.0001))}
    turns = take_turns(fast, rounds=1, clock=clock)
    assert turns["fast"] == [pytest.approx(0.0001)]
    assert len(calls) > 50


def test_a_slow_moment_that_hits_both_leaves_the_ratio_alone():
    turns = {"a": [2.0, 200.0, 2.0], "b": [1.0, 100.0, 1.0]}
    assert ratio(turns, "a", "b") == Spread(2, 2, 2)


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_the_exponent_is_the_power_of_the_size(power):
    points = {size: 0.003 * size**power for size in (10, 100, 1_000, 10_000)}
    assert exponent(points) == pytest.approx(power)
