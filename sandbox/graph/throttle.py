"""How fast a number may send, in all and to one person."""

from collections import deque
from datetime import datetime, timedelta

from sandbox.errors import GraphError
from sandbox.limits import Limits

_SECOND = timedelta(seconds=1)


class Throttle:
    """Counts what was let through; what is refused costs nothing."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[datetime]] = {}
        # burst left for a pair, and when that was true
        self._pairs: dict[tuple[str, int], tuple[float, datetime]] = {}

    def let_through(self, phone_number_id: str, person: int, now: datetime, limits: Limits) -> None:
        recent = self._sent.setdefault(phone_number_id, deque())
        while recent and recent[0] <= now - _SECOND:
            recent.popleft()
        if len(recent) >= limits.count("throughput", "messages_per_second"):
            raise GraphError(130429)
        left = self._left((phone_number_id, person), now, limits)
        if left < 1:
            raise GraphError(131056)
        recent.append(now)
        self._pairs[phone_number_id, person] = (left - 1, now)

    def _left(self, pair: tuple[str, int], now: datetime, limits: Limits) -> float:
        burst = limits.number("throughput", "pair_burst")
        left, since = self._pairs.get(pair, (burst, now))
        regained = (now - since).total_seconds() / limits.number(
            "throughput", "pair_seconds_per_message"
        )
        return min(burst, left + max(0.0, regained))
