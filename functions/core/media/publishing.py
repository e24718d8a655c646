"""Giving Graph what the business uploaded, once it is whole and what it was said to be."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from functions.core.media import policy
from functions.core.media.inspection import Expected, Inspection
from functions.core.media.keeping import Keeper
from functions.core.media.model import FINAL, Kind, State, digest
from functions.core.media.outcomes import Outcome
from functions.core.media.parts import StoredParts
from functions.core.media.settling import Settling
from functions.core.media.store import MediaStore
from functions.core.runtime.records import Item

_DAY_MS = 86_400_000


class Graph(Protocol):
    def upload(
        self, phone_number_id: str, *, mime: str, size: int, pieces: Iterable[bytes]
    ) -> str: ...


class Publishing:
    def __init__(
        self,
        *,
        store: MediaStore,
        settling: Settling,
        graph: Graph,
        keeper: Keeper,
        parts: StoredParts,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._settling = settling
        self._graph = graph
        self._keeper = keeper
        self._parts = parts
        self._now_ms = now_ms

    def publish(self, media_id: str, *, until_ms: int) -> Outcome | None:
        """None: there is no such upload, or it is not complete."""
        item = self._store.load(media_id)
        if item is None or "parts" not in item or item["state"] == State.UPLOADING:
            return None
        if item["state"] == State.PENDING:
            outcome = self._settling.run(media_id, {}, self._work, until_ms=until_ms)
        else:
            outcome = Outcome(media_id, State(item["state"]), item.get("reason", ""))
        if outcome.state in FINAL:
            self._parts.remove(media_id, item["parts"])
        return outcome

    def _work(self, item: Item) -> Mapping[str, Any]:
        media_id = str(item["pk"]).partition("#")[2]
        pieces = self._parts.stream(media_id, item["parts"])
        kept = self._keeper.keep(media_id, item["key"], pieces, Inspection(_expected(item)))
        if kept.doubt is not None:
            reason = kept.doubt.value
            return {"state": State.QUARANTINED.value, "reason": reason, "object": kept.object}
        given = self._graph.upload(
            item["phone_number_id"],
            mime=item["mime"],
            size=item["bytes"],
            pieces=self._keeper.opened(kept.object, item["key"]),
        )
        now_ms = self._now_ms()
        return {
            "state": State.READY.value,
            "key": item["key"],
            "media_id": given,
            "object": kept.object,
            "expires_ms": now_ms + policy.number("lifetime", "uploaded_id") * _DAY_MS,
        }


def _expected(item: Item) -> Expected:
    announced = digest(item["sha256"])
    return Expected(
        limits=policy.limits(Kind(item["type"])),
        mimes=(item["mime"],),
        digests=(announced,) if announced else (),
        size=item["bytes"],
        ceiling=item["bytes"],
        allowed=True,
        resumable=False,
    )
