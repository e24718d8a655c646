"""Content that is kept for some days only: taken out of messages that stay, with their files.

What goes is found through the index `retention`, where such messages have shards of their own, the
oldest first: a run reads nothing that is not due. Holds stop it as they stop deletions, and what
went is counted in the same disposition. Every call may be repeated, and may die anywhere.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.core.consent.vocabulary import Purpose
from functions.core.conversations.minimising import Keep, Minimising, content_shard
from functions.core.conversations.model import SPOKEN, facts_digest, moment_ms, split_thread
from functions.core.holds.guard import Guard
from functions.core.retention.deleting import Deleter, packed
from functions.core.retention.disposed import Disposed
from functions.core.retention.listing import Listing
from functions.core.retention.threads import objects_of
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key

_SEALED = ("sealed", "ref")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a run goes on; of the first purpose, from the beginning."""

    purpose: str = ""
    after: str = ""


class Shortener:
    """`records`: the conversations table, as it is stored: nothing is opened."""

    def __init__(
        self,
        *,
        deleter: Deleter,
        listing: Listing,
        records: DynamoRecords,
        minimising: Minimising,
        now_ms: Callable[[], int],
    ) -> None:
        self._deleter = deleter
        self._listing = listing
        self._records = records
        self._minimising = minimising
        self._now_ms = now_ms

    def run(
        self, shard: int, progress: Progress, *, started_ms: int, until_ms: int
    ) -> tuple[Disposed, Progress | None]:
        """What went of one shard, and where to go on when the time is over.

        `started_ms`: days are counted back from there. A message that somebody changes meanwhile
        waits for the next run.
        """
        total = Disposed()
        for purpose in sorted(self._minimising.days):
            if purpose < progress.purpose:
                continue
            after = progress.after if purpose == progress.purpose else ""
            before_ms = self._minimising.ends_before(purpose, started_ms) or 0
            shard_name = content_shard(Purpose(purpose), shard)
            for key, place in self._listing.shortened(shard_name, before_ms=before_ms, after=after):
                done = self.shorten(key)
                total.counts.update(done.counts)
                total.held.update(done.held)
                if self._now_ms() >= until_ms:
                    return total, Progress(purpose=purpose, after=place)
        return total, None

    def shorten(self, key: Key) -> Disposed:
        item = self._records.load([key], consistent=True).get(key)
        if item is None or "retain_at" not in item:
            return Disposed()  # deleted meanwhile, or done by somebody else
        number, node = split_thread(item["thread"])
        guard = self._deleter.guards.read([node])[node]
        if held := guard.held_by(phone_number_id=number, at_ms=moment_ms(item["at"])):
            return Disposed(held=Counter(held))
        files = self._files(key, item)
        if any(file.get("lease_ms", 0) > self._now_ms() for file in files.values()):
            return Disposed()  # one is being fetched
        counts = self._deleted(files, guard)
        done = counts and self._deleter.delete(
            "conversations",
            [],
            guards=[guard],
            objects=sorted({str(fact["ref"]) for fact in _spoken(item) if "ref" in fact}),
            changes={key: _without_content(item)},
        )
        return Disposed((counts or Counter()) + (done or Counter()))

    def _files(self, key: Key, item: Item) -> Mapping[Key, Item]:
        """Files of a message lie on its thread in the same moment."""
        message_id = key.pk.partition("#")[2]
        moments = {fact["at_ms"] for fact in _spoken(item)}
        keys = [k for at_ms in moments for k in self._listing.at(item["thread"], at_ms)]
        media = [k for k in keys if k.sk == "MEDIA"]
        found = self._records.load(media, consistent=True) if media else {}
        return {k: file for k, file in found.items() if file.get("message_id") == message_id}

    def _deleted(self, files: Mapping[Key, Item], guard: Guard) -> Counter[str] | None:
        """With what tells who had them, which goes first: it is found by them."""
        counts: Counter[str] = Counter({"conversations.media": 0})
        for key, file in files.items():
            beside = list(self._listing.partition("conversations", key.pk, below="ACCESS#"))
            for part in packed([*beside, key], self._deleter.room([guard])):
                done = self._deleter.delete(
                    "conversations",
                    part,
                    guards=[guard],
                    objects=sorted(objects_of(key, file)) if key in part else (),
                )
                if done is None:
                    return None
                counts.update(done)
        return counts


def _spoken(item: Item) -> Sequence[Mapping[str, Any]]:
    facts: Mapping[str, Mapping[str, Any]] = item["facts"]
    return [f for f in facts.values() if f["kind"] in SPOKEN and "withheld" not in f]


def _without_content(item: Item) -> Expression:
    """The message stays, with its facts, tags and lengths; it leaves the index."""
    facts = {fact_id: _left_of(fact) for fact_id, fact in item["facts"].items()}
    expression = Expression()
    expression.expect("digest", item["digest"])
    expression.expect("retain_at", item["retain_at"])
    expression.set("facts", facts)
    expression.set("digest", facts_digest(facts))
    if "send_state" in item:
        expression.set("withheld", Keep.SHORTENED.value)
    for name in ("sealed_intent", "retain_shard", "retain_at"):
        expression.remove(name)
    return expression


def _left_of(fact: Mapping[str, Any]) -> dict[str, Any]:
    if fact["kind"] not in SPOKEN or "withheld" in fact:
        return dict(fact)
    left = {name: value for name, value in fact.items() if name not in _SEALED}
    return {**left, "withheld": Keep.SHORTENED.value}
