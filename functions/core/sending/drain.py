"""Draining a thread: its pending messages, one after the other, in order.

A wake-up only says which thread to look at. What happens next follows from the stored state, so
wake-ups may be lost, repeated or late. Wake-ups of one thread share a FIFO group: never two
drains of it at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from functions.core.runtime.records import Item
from functions.core.sending.delivery import Delivery, Later
from functions.core.sending.model import SendState
from functions.core.sending.store import Channel


@dataclass(frozen=True)
class DrainReport:
    settled: tuple[SendState, ...]
    waiting: bool
    stopped: Channel | None = None


class Drain:
    def __init__(
        self,
        *,
        delivery: Delivery,
        now_ms: Callable[[], int],
        sleep: Callable[[float], None],
        longest_wait_ms: int,
    ) -> None:
        """`longest_wait_ms`: waits up to this are slept, longer ones left to the sweeper."""
        self._delivery = delivery
        self._store = delivery.store
        self._now_ms = now_ms
        self._sleep = sleep
        self._longest_wait_ms = longest_wait_ms

    def run(self, thread: str, *, until_ms: int) -> DrainReport:
        """Deliver what is due. What cannot go yet, or is left at `until_ms`, wakes up later."""
        settled: list[SendState] = []
        item = self._read(thread)
        while item is not None and item.get("pending"):
            message_id = item["pending"][0]
            if self._now_ms() >= until_ms:
                self._store.postpone(thread, self._now_ms())
                return DrainReport(tuple(settled), waiting=True)
            step = self._delivery.step(thread, message_id, item)
            if isinstance(step, Later) and self._waited(step.at_ms, until_ms):
                item = self._read(thread)
                continue
            if isinstance(step, Later):
                self._store.postpone(thread, step.at_ms)
                return DrainReport(tuple(settled), waiting=True, stopped=step.stopped)
            settled.append(step.state)
            item = self._store.pop(thread, message_id) or self._read(thread)
        return DrainReport(tuple(settled), waiting=False)

    def _waited(self, at_ms: int, until_ms: int) -> bool:
        now_ms = self._now_ms()
        if at_ms - now_ms > self._longest_wait_ms or at_ms >= until_ms:
            return False
        self._sleep(max(at_ms - now_ms, 0) / 1000)
        return True

    def _read(self, thread: str) -> Item | None:
        return self._store.threads([thread]).get(thread)
