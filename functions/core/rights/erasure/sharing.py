"""Aliases that others had before or have since: of them only what was this person's goes."""

from collections.abc import Iterable, Mapping
from math import inf

from functions.core.consent.items import event_from, state_due, state_from, state_item, state_key
from functions.core.consent.model import Cell, State, folded
from functions.core.contacts.model import Span
from functions.core.conversations.model import moment_ms
from functions.core.conversations.read_page import batches
from functions.core.retention.deleting import packed
from functions.core.retention.disposing import Disposer
from functions.core.retention.kinds import DataKind
from functions.core.retention.threads import objects_of
from functions.core.rights.erasure.ledger import Entry
from functions.core.rights.erasure.model import CutOff, Part
from functions.core.rights.erasure.people import spans_until
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import ContentionError, Item, Key

_ROUNDS = 6
_TOGETHER = 90


class Sharing:
    """`conversations`, `consents`: the tables as they are stored."""

    def __init__(
        self, *, disposer: Disposer, conversations: DynamoRecords, consents: DynamoRecords
    ) -> None:
        self._disposer = disposer
        self._conversations = conversations
        self._consents = consents

    def dispose(self, entry: Entry, part: Part) -> None:
        """What lies at the alias from the times in which it was theirs."""
        node = part.name.rpartition("#")[2]
        for span in spans_until(entry.person.spans, entry.erased_ms):
            if span.node == node and part.kind is DataKind.CONSENT:
                self._consent(entry, span)
            elif span.node == node:
                self._thread(part.name, span, entry.cut_offs[part.kind])

    def updates(self, entry: Entry, updates: Iterable[Item]) -> None:
        """About the business's account, which name the person."""
        cut_off = entry.cut_offs[DataKind.COMMUNICATIONS]
        for some in batches(iter(updates), _TOGETHER):
            for item in some:
                if cut_off.takes(item["at_ms"]):
                    self._free(str(item["key"]).partition("~")[0], item)

    def _free(self, node: str, item: Item) -> None:
        key = Key(item["pk"], item["sk"])
        guard = self._disposer.guards.read([node])[node]
        if not guard.held_by(at_ms=item["at_ms"]):
            # None: a guard changed, or the item: what is still there is found by looking again
            self._disposer.deleter.delete(
                "conversations",
                [key],
                guards=[guard],
                expecting={key: {"digest": item["digest"]}},
                objects=sorted(objects_of(key, item)),
            )

    def _thread(self, thread: str, span: Span, cut_off: CutOff) -> None:
        end = int(span.until_ms) + 1
        before = end if cut_off.before_ms is None else min(end, cut_off.before_ms)
        after = -1 if span.after_ms == -inf else int(span.after_ms)
        self._disposer.thread(thread, before_ms=before, after_ms=after)

    def _consent(self, entry: Entry, span: Span) -> None:
        """Events in that time go, if the last of them may; with them what follows from them."""
        for _ in range(_ROUNDS):
            items = self._at(span.node)
            theirs = {k: ms for k in items if (ms := _event_ms(k)) and span.holds(ms)}
            if theirs and not entry.cut_offs[DataKind.CONSENT].takes(max(theirs.values())):
                return
            guard = self._disposer.guards.read([span.node])[span.node]
            free = [key for key, ms in theirs.items() if not guard.held_by(at_ms=ms)]
            if all(
                self._disposer.deleter.delete("consent", part, guards=[guard]) is not None
                for part in packed(sorted(free), self._disposer.deleter.room([guard]))
            ) and self._without(items, free, span):
                return
        raise ContentionError("consents at an alias that others have as well kept changing")

    def _at(self, node: str) -> Mapping[Key, Item]:
        keys = self._disposer.listing.partition("consent", state_key(node).pk)
        return self._consents.load(list(keys), consistent=True)

    def _without(self, items: Mapping[Key, Item], gone: list[Key], span: Span) -> bool:
        """The state follows from the events that are left, and from what was said elsewhere."""
        key = state_key(span.node)
        before = items.get(key)
        if before is None or len(gone) < sum(_is_in(k, span) for k in items):
            return True  # a hold keeps events of theirs: the state says what they say
        after = _others(state_from(before), span)
        for other, item in items.items():
            if _event_ms(other) is not None and not _is_in(other, span):
                after = folded(after, event_from(item))
        expression = Expression()
        expression.expect("digest", before.get("digest"))
        for name, value in {**state_item(after), **state_due(after, span.node)}.items():
            expression.set(name, value)
        expression.remove("told")
        expression.remove("sent")
        return self._consents.update(expression, key)


def _others(state: State, span: Span) -> State:
    """A state keeps only the latest of its kind: what is not theirs stays, the rest is folded."""
    restriction = state.restriction
    return State(
        cells={
            purpose: Cell(
                against={n: m for n, m in cell.against.items() if not span.holds(m.at_ms)},
                given={s: m for s, m in cell.given.items() if not span.holds(m.at_ms)},
                asked=None if cell.asked and span.holds(cell.asked.at_ms) else cell.asked,
            )
            for purpose, cell in state.cells.items()
        },
        restriction=None if restriction and span.holds(restriction[0]) else restriction,
    )


def _event_ms(key: Key) -> int | None:
    return moment_ms(key.sk.partition("#")[2]) if key.sk.startswith("EVENT#") else None


def _is_in(key: Key, span: Span) -> bool:
    at_ms = _event_ms(key)
    return at_ms is not None and span.holds(at_ms)
