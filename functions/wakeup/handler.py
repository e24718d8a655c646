"""Trigger: a schedule, every minute. Effect: a wake-up for each thread whose time has come.

Covers messages that wait (throttled, stopped channel, ambiguous) and wake-ups that got lost. What
is not finished in one run is still due in the next.
"""

from typing import TYPE_CHECKING, Any

from functions.core.runtime import clock, log
from functions.wakeup import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_MOST_PER_SHARD = 500  # of 8 shards; at about 10 ms a wake-up a run stays under a minute


def handler(_event: dict[str, Any], _context: "LambdaContext") -> None:
    now_ms = clock.now_ms()
    threads = wiring.threads().due(now_ms, _MOST_PER_SHARD)
    for thread in threads:
        wiring.wake_ups().send(thread, f"due {now_ms // 60_000}")
    log.info("threads woken", count=len(threads))
