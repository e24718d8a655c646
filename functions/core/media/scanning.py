"""Malware scanning, where a stage asks for it: a copy for GuardDuty, and its verdict.

GuardDuty reads no sealed object, so it gets a copy in clear in a bucket of its own. The copy goes
with the verdict, all versions of it; the bucket's lifecycle sweeps copies without a verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass

from functions.core.content.errors import KeyDestroyedError
from functions.core.media import policy
from functions.core.media.errors import LaterError
from functions.core.media.keeping import Keeper
from functions.core.media.model import CLEAN, Reason, State, is_ours, verdict_reason
from functions.core.media.objects import Objects
from functions.core.media.outcomes import Outcome
from functions.core.media.store import MediaStore


@dataclass(frozen=True)
class Verdict:
    """What GuardDuty found in one object of one bucket."""

    bucket: str
    name: str
    status: str


class Scanning:
    """`copies` None: this stage does not scan. `bucket`: where the copies are."""

    def __init__(
        self,
        *,
        store: MediaStore,
        keeper: Keeper,
        copies: Objects | None,
        bucket: str,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._keeper = keeper
        self._copies = copies
        self._bucket = bucket
        self._now_ms = now_ms

    @property
    def on(self) -> bool:
        return self._copies is not None

    def offer(self, media_id: str) -> Outcome:
        """Put a copy where GuardDuty looks; until it answers, again after a while."""
        item = self._store.load(media_id) or {}
        if item.get("state") != State.SCANNING or self._copies is None:
            return Outcome(media_id, State(item.get("state", State.PENDING)))
        try:
            with self._copies.writing(media_id, once=False) as out:
                for piece in self._keeper.opened(item["object"], item["key"]):
                    out.write(piece)
                out.commit()
        except KeyDestroyedError:
            self._copies.erase(media_id)
            return Outcome(media_id, State.SCANNING)
        later = LaterError(Reason.AWAITING_SCAN, delay_s=policy.number("scan", "wait"))
        return Outcome(media_id, State.SCANNING, later.reason, later)

    def judge(self, verdict: Verdict) -> Outcome | None:
        """None: not about a copy of ours. A verdict that comes again changes nothing."""
        if self._copies is None or verdict.bucket != self._bucket or not is_ours(verdict.name):
            return None
        clean = verdict.status == CLEAN
        state = State.STORED if clean else State.QUARANTINED
        reason = "" if clean else verdict_reason(verdict.status)
        told = {"state": state.value, "reason": reason, "scanned_ms": self._now_ms()}
        expected = {"state": State.SCANNING.value}
        changed = self._store.change(verdict.name, told, expect=expected)
        self._copies.erase(verdict.name)
        return Outcome(verdict.name, state, reason, settled=True) if changed else None
