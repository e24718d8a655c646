"""When a person was last heard of, and by which of the business's numbers they are reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from functions.core.conversations.model import Direction, FactKind, moment, moment_ms, thread_id
from functions.core.conversations.read_store import Listed, Listing, descending
from functions.core.rights.subject import Subject
from functions.core.runtime.records import Key, RecordStore
from functions.core.sending.store import SendingStore

_WRITTEN = (FactKind.MESSAGE, FactKind.HISTORY)
# enough to come past what the business sent in between; who has sent more is not idle
_MOST_READ = 100


@dataclass(frozen=True, kw_only=True)
class Heard:
    """`phone_number_id` None: they never wrote."""

    at_ms: int | None
    phone_number_id: str | None = None


class Reaching:
    def __init__(
        self,
        *,
        store: SendingStore,
        records: RecordStore,
        listing: Listing,
        phone_number_ids: tuple[str, ...],
    ) -> None:
        """`records`: messages, sealed or not."""
        self._store = store
        self._records = records
        self._listing = listing
        self._numbers = phone_number_ids

    def last(self, subject: Subject, *, before_ms: int) -> Heard:
        """Their last message before that moment; else when they were first known of."""
        heard = [
            Heard(at_ms=at_ms, phone_number_id=number)
            for number in self._numbers
            for node in subject.aliases
            if (at_ms := self._last_on(thread_id(number, node), node, subject, before_ms))
        ]
        if heard:
            return max(heard, key=lambda each: each.at_ms or 0)
        known = [node.since_ms for node in subject.nodes.values() if node.id in subject.aliases]
        earlier = [at_ms for at_ms in known if at_ms is not None and at_ms < before_ms]
        return Heard(at_ms=max(earlier, default=None))

    def _last_on(self, thread: str, node: str, subject: Subject, before_ms: int) -> int | None:
        item = self._store.threads([thread]).get(thread)
        if item is None:
            return None
        last_ms = item.get("window_from_ms")
        if last_ms is not None and last_ms < before_ms and subject.owns(node, last_ms):
            return int(last_ms)
        times = self._written(thread, before_ms)
        return next((at_ms for at_ms in times if subject.owns(node, at_ms)), None)

    def _written(self, thread: str, before_ms: int) -> Iterator[int]:
        rows = descending(self._listing, Listed.TIMELINE, thread, before=moment(before_ms, ""))
        for row in islice(rows, _MOST_READ):
            key = Key(row["pk"], row["sk"])
            facts = self._records.load([key]).get(key, {}).get("facts", {})
            if any(_is_theirs(fact) for fact in facts.values()):
                yield moment_ms(row["at"])


def _is_theirs(fact: dict[str, str]) -> bool:
    return fact["direction"] == Direction.INBOUND and fact["kind"] in _WRITTEN
