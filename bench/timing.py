"""Timing that holds on a busy machine: contestants take turns, medians decide.

What waits for nothing is timed in processor time, which others on the machine hardly disturb.
"""

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_LEAST_SECONDS = 0.005  # a turn this long is far above the clock's resolution


@dataclass(frozen=True)
class Spread:
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


Turns = Mapping[str, Sequence[float]]  # seconds a call, turn by turn, of each contestant


def ratio(turns: Turns, name: str, to: str) -> Spread:
    """Of turns that followed each other, so that a slow moment slows both."""
    return Spread.of([a / b for a, b in zip(turns[name], turns[to], strict=True)])


def take_turns(
    contestants: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    clock: Callable[[], float] = time.thread_time,
) -> dict[str, list[float]]:
    """Seconds a call. Every other round runs backwards, so that no place is the better one."""
    names = list(contestants)
    calls = {name: _calls(contestants[name], clock) for name in names}
    turns: dict[str, list[float]] = {name: [] for name in names}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for number in range(rounds):
            for name in names if number % 2 == 0 else reversed(names):
                turns[name].append(_turn(contestants[name], calls[name], clock) / calls[name])
            gc.collect()
    finally:
        if collecting:
            gc.enable()
    return turns


def _calls(function: Callable[[], object], clock: Callable[[], float]) -> int:
    """So many that a turn is long enough; also warms up."""
    count = 1
    while _turn(function, count, clock) < _LEAST_SECONDS:
        count *= 2
    return count


def _turn(function: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    begin = clock()
    for _ in range(calls):
        function()
    return clock() - begin


def exponent(points: Mapping[int, float]) -> float:
    """How time grows with size: the slope of a straight line through the logarithms."""
    logs = [(math.log(size), math.log(seconds)) for size, seconds in points.items()]
    return statistics.linear_regression(*zip(*logs, strict=True)).slope
