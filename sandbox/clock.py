"""The sandbox's own time: runs with the wall clock until somebody moves or freezes it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SandboxClock:
    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        with self._lock:
            return self._frozen or self._running()

    @property
    def frozen(self) -> bool:
        return self._frozen is not None

    def advance(self, seconds: float) -> None:
        self.set(self.now() + timedelta(seconds=seconds))

    def set(self, moment: datetime) -> None:
        with self._lock:
            if self._frozen is None:
                self._offset += moment - self._running()
            else:
                self._frozen = moment

    def freeze(self) -> None:
        moment = self.now()
        with self._lock:
            self._frozen = moment

    def resume(self) -> None:
        moment = self.now()
        with self._lock:
            self._frozen = None
        self.set(moment)

    def reset(self) -> None:
        with self._lock:
            self._frozen, self._offset = None, timedelta()

    def _running(self) -> datetime:
        return datetime.fromtimestamp(self._wall(), UTC) + self._offset


def timestamp(moment: datetime) -> str:
    """Unix seconds in a string, as every webhook carries them."""
    return str(int(moment.timestamp()))
