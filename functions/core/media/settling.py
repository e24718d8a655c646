"""How a claimed medium gets its next state: by whoever still holds the claim, and by nobody else.

A claim ends with its time, so a run that died is followed by another. Should the first still
live, what it stores is the same object under the same name, and only one of the two writes the
record.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from functions.core.media.errors import (
    GoneError,
    LaterError,
    MediaError,
    MissingObjectError,
    QuarantineError,
    RefusedError,
)
from functions.core.media.model import Reason, State
from functions.core.media.outcomes import Outcome
from functions.core.media.store import MediaStore
from functions.core.runtime.errors import AmanaError, StoreUnavailableError
from functions.core.runtime.records import Item

# beyond the time a run has, for the answer of its last request
_SLACK_MS = 5_000

Work = Callable[[Item], Mapping[str, Any]]


class Settling:
    def __init__(self, store: MediaStore, *, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms

    def run(
        self, media_id: str, attributes: Mapping[str, Any], work: Work, *, until_ms: int
    ) -> Outcome:
        """Claim, work, settle. `work` returns the attributes of the next state, or raises."""
        item = self._store.claim(
            media_id, attributes, now_ms=self._now_ms(), until_ms=until_ms + _SLACK_MS
        )
        if item is None:
            return self._of_another(media_id)
        try:
            told = work(item)
        except (QuarantineError, GoneError, RefusedError, MissingObjectError) as error:
            told = _ending(error)
        except AmanaError as error:
            if not error.retryable:
                raise
            return self._released(media_id, item, error)
        return self._settled(media_id, item, told)

    def _settled(self, media_id: str, item: Item, told: Mapping[str, Any]) -> Outcome:
        settled = {"reason": "", **told, "lease_ms": 0, "settled_ms": self._now_ms()}
        if not self._store.change(media_id, settled, expect=_ours(item)):
            return self._of_another(media_id)
        return Outcome(media_id, State(told["state"]), str(settled["reason"]), settled=True)

    def _released(self, media_id: str, item: Item, error: AmanaError) -> Outcome:
        """The next try may begin at once; if this write fails too, the claim ends by itself."""
        later = error if isinstance(error, LaterError) else LaterError(Reason.STORE_UNAVAILABLE)
        told: dict[str, Any] = {"lease_ms": 0, "reason": later.reason}
        if isinstance(later, StillThereError):
            told["gone_asks"] = later.asks
        with suppress(StoreUnavailableError):
            self._store.change(media_id, told, expect=_ours(item))
        return Outcome(media_id, State.PENDING, later.reason, later)

    def _of_another(self, media_id: str) -> Outcome:
        item = self._store.load(media_id) or {}
        state = State(item.get("state", State.PENDING))
        if state is State.PENDING:
            later = LaterError(Reason.BEING_FETCHED)
            return Outcome(media_id, state, later.reason, later)
        return Outcome(media_id, state, item.get("reason", ""))


class StillThereError(LaterError):
    """Meta does not know the medium; `asks` times by now, which is not yet proof."""

    def __init__(self, asks: int) -> None:
        super().__init__(Reason.GONE_AT_META)
        self.asks = asks


def _ours(item: Item) -> dict[str, Any]:
    return {"state": State.PENDING.value, "attempts": item["attempts"]}


def _ending(error: MediaError) -> dict[str, Any]:
    match error:
        case QuarantineError():
            return {"state": State.QUARANTINED.value, "reason": error.reason}
        case GoneError():
            return {"state": State.GONE.value, "reason": error.reason}
        case RefusedError(code=int() as code):
            return {"state": State.FAILED.value, "reason": error.reason, "graph_code": code}
    return {"state": State.FAILED.value, "reason": error.reason}
