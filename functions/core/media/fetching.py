"""Fetching what people sent, before Meta forgets it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.conversations.model import moment
from functions.core.media import policy
from functions.core.media.errors import GoneError, LaterError, UrlExpiredError
from functions.core.media.facts import Medium
from functions.core.media.graph import Description
from functions.core.media.inspection import Expected, Inspection
from functions.core.media.keeping import Keeper, Kept
from functions.core.media.model import Reason, State, digest
from functions.core.media.outcomes import Outcome
from functions.core.media.scanning import Scanning
from functions.core.media.settling import Settling, StillThereError
from functions.core.runtime.records import Item

_DAY_MS = 86_400_000
_URLS = 2  # one that expired in between is asked for again


class Graph(Protocol):
    def describe(self, media_id: str) -> Description: ...

    def sees(self, phone_number_id: str) -> bool: ...

    def download(self, url: str, *, until_ms: int) -> AbstractContextManager[Iterator[bytes]]: ...


class Fetching:
    def __init__(
        self,
        *,
        settling: Settling,
        graph: Graph,
        keeper: Keeper,
        scanning: Scanning,
        pseudonyms: Pseudonyms,
        now_ms: Callable[[], int],
    ) -> None:
        self._settling = settling
        self._graph = graph
        self._keeper = keeper
        self._scanning = scanning
        self._pseudonyms = pseudonyms
        self._now_ms = now_ms

    def fetch(self, medium: Medium, *, until_ms: int) -> Outcome:
        def work(item: Item) -> Mapping[str, Any]:
            return self._work(medium, item, until_ms)

        outcome = self._settling.run(medium.id, _attributes(medium), work, until_ms=until_ms)
        if outcome.state is State.SCANNING:
            return self._scanning.offer(medium.id)
        return outcome

    def _work(self, medium: Medium, item: Item, until_ms: int) -> Mapping[str, Any]:
        try:
            described, kept = self._fetched(medium, until_ms)
        except GoneError:
            self._check_gone(medium, item)
            raise
        return {
            "state": self._state(kept).value,
            "reason": kept.doubt or "",
            "key": medium.key,
            "mime": medium.found.mime or described.mime,
            "bytes": kept.seen.size,
            "sha256": kept.seen.sha256,
            "tag": self._pseudonyms.of("medium content", kept.seen.sha256),
            "object": kept.object,
            "fetched_ms": self._now_ms(),
        }

    def _state(self, kept: Kept) -> State:
        if kept.doubt is not None:
            return State.QUARANTINED
        return State.SCANNING if self._scanning.on else State.STORED

    def _fetched(self, medium: Medium, until_ms: int) -> tuple[Description, Kept]:
        for _ in range(_URLS):
            described = self._graph.describe(medium.found.media_id)
            inspection = Inspection(_expected(medium, described))
            inspection.before()
            try:
                with self._graph.download(described.url, until_ms=until_ms) as pieces:
                    return described, self._keeper.keep(medium.id, medium.key, pieces, inspection)
            except UrlExpiredError:
                continue
        raise LaterError(Reason.GRAPH_UNAVAILABLE)

    def _check_gone(self, medium: Medium, item: Item) -> None:
        """Graph says the same of what is gone, of what is not there yet, and to a weak token."""
        asks = item.get("gone_asks", 0) + 1
        age_ms = self._now_ms() - medium.told_ms
        old = age_ms >= policy.number("lifetime", "webhook_id") * _DAY_MS
        if asks < policy.number("fetch", "gone_asks") and not old:
            raise StillThereError(asks) from None
        if not self._graph.sees(medium.phone_number_id):
            raise LaterError(Reason.CHANNEL_STOPPED, stopped=True) from None


def _attributes(medium: Medium) -> dict[str, Any]:
    """What is known before it is fetched: in clear what says nothing of the person."""
    found, fact = medium.found, medium.fact
    named = {"filename": found.filename} if found.filename else {}
    return {
        "type": found.kind.value,
        "mime": found.mime,
        "direction": medium.direction,
        "key": medium.key,
        # beside the message it came with, so that it goes with it
        "thread": medium.thread,
        "at": moment(medium.told_ms, medium.id),
        "message_id": fact.message_id,
        "fact_id": fact.fact_id,
        "told_ms": medium.told_ms,
        "media_id": found.media_id,
        **named,
    }


def _expected(medium: Medium, described: Description) -> Expected:
    found = medium.found
    mimes = tuple(mime for mime in (found.mime, described.mime) if mime)
    limits = policy.limits(found.kind)
    told = (digest(found.sha256), digest(described.sha256))
    return Expected(
        limits=limits,
        mimes=mimes,
        digests=tuple(each for each in told if each is not None),
        size=described.size,
        ceiling=policy.number("received", "most"),
        allowed=bool(mimes) and all(limits.may_be_received(mime) for mime in mimes),
        resumable=True,
    )
