"""Posts that wait for their time, and the log of those that left."""

import heapq
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import SandboxClock
from sandbox.webhooks.post import NOBODY_LISTENS, Post, Result
from sandbox.wire import Json


@dataclass(frozen=True)
class Delivery:
    post: int
    attempt: int
    at: datetime
    result: Result
    raw: bytes
    signature: str

    def as_json(self) -> Json:
        text = self.raw.decode(errors="replace")
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        return {
            "post": self.post,
            "attempt": self.attempt,
            "at": self.at.isoformat(),
            "status": self.result.status,
            "error": self.result.error,
            "signature": self.signature,
            "raw": text,
            "body": body,
        }


class Outbox:
    """Thread-safe. Workers `take` and then `record`; everybody else puts and looks."""

    def __init__(self, clock: SandboxClock, delays: Callable[[], list[float]]) -> None:
        """`delays`: seconds before the second, third … attempt."""
        self._clock = clock
        self._delays = delays
        self._changed = threading.Condition()
        self._heap: list[tuple[datetime, int, Post]] = []
        self._in_flight: set[Post] = set()
        self._log: list[Delivery] = []
        self._count = 0
        self._closed = False

    def put(self, post: Post) -> None:
        with self._changed:
            self._count += 1
            post.number = post.number or self._count
            self._push(post)

    def gather(self, post: Post, part: Json) -> bool:
        """Add to a post that waits for more; false when it is full or has left already."""
        with self._changed:
            waits = any(waiting is post for _, _, waiting in self._heap)
            if not waits or len(post.parts) >= post.size:
                return False
            post.parts.append(part)
            if len(post.parts) >= post.size:
                self._remove(post)
                post.due = min(post.due, self._clock.now())
                self._push(post)
            return True

    def take(self) -> Post | None:
        """The next post that is due; None once the outbox is closed."""
        with self._changed:
            while not self._closed:
                now = self._clock.now()
                if self._heap and self._heap[0][0] <= now:
                    post = heapq.heappop(self._heap)[2]
                    post.attempt += 1
                    self._in_flight.add(post)
                    return post
                self._changed.wait(self._patience(now))
            return None

    def record(self, post: Post, raw: bytes, signature: str, result: Result) -> None:
        """Log an attempt; what was not acknowledged is due again, later each time."""
        with self._changed:
            if post not in self._in_flight:
                return  # the state was deleted meanwhile
            self._in_flight.discard(post)
            now = self._clock.now()
            self._log.append(Delivery(post.number, post.attempt, now, result, raw, signature))
            if result.acknowledged and post.again:
                post.again -= 1
                self._repeat(post, now)
            elif not result.acknowledged and result.error != NOBODY_LISTENS:
                self._repeat(post, now)
            self._changed.notify_all()

    def wake(self) -> None:
        """The clock was moved."""
        with self._changed:
            self._changed.notify_all()

    def settle(self, timeout: float) -> bool:
        """Wait until nothing is due by the sandbox's clock; false when it takes too long."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._in_flight or (self._heap and self._heap[0][0] <= self._clock.now()):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            return True

    def pending(self) -> Json:
        with self._changed:
            due = self._due()
            return {"due": due + len(self._in_flight), "later": len(self._heap) - due}

    def log(self) -> list[Delivery]:
        with self._changed:
            return list(self._log)

    def clear(self) -> None:
        with self._changed:
            self._heap.clear()
            self._in_flight.clear()
            self._log.clear()
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _repeat(self, post: Post, now: datetime) -> None:
        delays = self._delays()
        if post.attempt <= len(delays):
            post.due = now + timedelta(seconds=delays[post.attempt - 1])
            self._push(post)

    def _push(self, post: Post) -> None:
        heapq.heappush(self._heap, (post.due, post.number, post))
        self._changed.notify_all()

    def _remove(self, post: Post) -> None:
        self._heap = [entry for entry in self._heap if entry[2] is not post]
        heapq.heapify(self._heap)

    def _due(self) -> int:
        now = self._clock.now()
        return sum(1 for due, _, _ in self._heap if due <= now)

    def _patience(self, now: datetime) -> float | None:
        """Real seconds until the next post; none while the clock stands or nothing waits."""
        if not self._heap or self._clock.frozen:
            return None
        return max(0.0, (self._heap[0][0] - now).total_seconds())
