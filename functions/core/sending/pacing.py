"""Pacing: as fast as Meta allows and not faster, shared by all sender instances.

Per phone number: one counter a second in the ephemeral table, split over buckets so that no item
takes more than a bounded number of writes a second. Per business-recipient pair: one number on
the thread, changed in the claim itself.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from functions.core.sending.model import pair_slot_ms
from functions.core.sending.store import PaceStore

_BUCKET_SIZE = 100  # an item takes 1,000 writes a second; conflicts begin to show well below
_KEEP_S = 3600


@dataclass(frozen=True)
class PacingRules:
    messages_per_second: int  # of one phone number
    pair_interval_ms: int
    pair_burst: int
    longest_wait_ms: int  # longer waits are left to the sweeper


@dataclass(frozen=True)
class Slot:
    """When to come back, or the arrival time to keep for the pair."""

    next_pair_tat_ms: int
    later_ms: int | None = None


class Pacing:
    def __init__(
        self,
        *,
        store: PaceStore,
        rules: PacingRules,
        now_ms: Callable[[], int],
        sleep: Callable[[float], None],
        pick: Callable[[int], int] = random.randrange,
    ) -> None:
        self._store = store
        self._rules = rules
        self._now_ms = now_ms
        self._sleep = sleep
        self._pick = pick

    def wait(self, phone_number_id: str, *, pair_tat_ms: int | None, counts: bool) -> Slot:
        """Wait for a slot of the pair, then of the number. `counts`: uses the pair's allowance."""
        tat_ms = pair_tat_ms or 0
        if counts:
            allowed_ms, tat_ms = pair_slot_ms(
                tat_ms,
                self._now_ms(),
                interval_ms=self._rules.pair_interval_ms,
                burst=self._rules.pair_burst,
            )
            if not self._wait_until(allowed_ms):
                return Slot(tat_ms, later_ms=allowed_ms)
        give_up_ms = self._now_ms() + self._rules.longest_wait_ms
        while not self._take(phone_number_id):
            next_second_ms = (self._now_ms() // 1000 + 1) * 1000
            if next_second_ms > give_up_ms:
                return Slot(tat_ms, later_ms=next_second_ms)
            self._wait_until(next_second_ms)
        return Slot(tat_ms)

    def _wait_until(self, at_ms: int) -> bool:
        wait_ms = at_ms - self._now_ms()
        if wait_ms > self._rules.longest_wait_ms:
            return False
        if wait_ms > 0:
            self._sleep(wait_ms / 1000)
        return True

    def _take(self, phone_number_id: str) -> bool:
        rate = self._rules.messages_per_second
        buckets = -(-rate // _BUCKET_SIZE)
        bucket = self._pick(buckets)
        limit = rate // buckets + (bucket < rate % buckets)
        second = self._now_ms() // 1000
        name = f"{phone_number_id}#{second}#{bucket}"
        return self._store.take(name, limit=limit, expires_s=second + _KEEP_S)
