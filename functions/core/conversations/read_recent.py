"""The list of conversations: threads by recency, each person's told once.

A thread says when it was last active, not whose it was: an alias may have had several owners.
Every owner's conversation is listed at the one thread where the latest of it can be.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from functions.core.contacts.model import Node, Person, Span, called, owners
from functions.core.contacts.service import Directory
from functions.core.conversations import read_cursor
from functions.core.conversations.model import SHARDS, moment_ms, split_thread, thread_id
from functions.core.conversations.read_facts import moment_of
from functions.core.conversations.read_page import Entry, Page, View, batches, fill
from functions.core.conversations.read_store import END, Listed, Listing, bounds, descending
from functions.core.conversations.views import conversation_id
from functions.core.runtime.records import Item, Key, RecordStore
from functions.core.sending.model import Window, WindowRule, entry_points

# Threads whose persons are worked out together: a few requests for all of them.
_BATCH = 20

# Threads looked at for one page, should nearly all of them be of another number or told before.
_MOST_THREADS = 500

Nodes = dict[str, Node]
Answered = Callable[[Collection[str], int, int], bool]


@dataclass(frozen=True)
class _Held:
    """A person's threads on one phone number id, and when each was theirs."""

    person: Person
    spans: dict[str, list[Span]]

    def held(self, thread: str, at_ms: int) -> bool:
        return any(span.holds(at_ms) for span in self.spans[thread])


class Recent:
    def __init__(
        self,
        *,
        records: RecordStore,
        listing: Listing,
        directory: Directory,
        rule: WindowRule,
        answered: Answered,
        now_ms: Callable[[], int],
    ) -> None:
        """`answered`: whether the business wrote on these threads between two times."""
        self._records = records
        self._listing = listing
        self._directory = directory
        self._rule = rule
        self._answered = answered
        self._now_ms = now_ms

    def page(self, *, phone_number_id: str | None, cursor: str | None, limit: int) -> Page:
        scope = f"conversations {phone_number_id or ''}"
        position, step = read_cursor.decode(scope, cursor) if cursor else (END, 0)
        # the position itself is read again: further owners of its thread may follow
        before = f"{position}!" if cursor else position
        entries = (
            entry
            for entry in self._entries(phone_number_id, before)
            if entry.position != position or entry.step > step
        )
        return fill(entries, scope=scope, limit=limit, most_places=_MOST_THREADS)

    def _entries(self, phone_number_id: str | None, before: str) -> Iterator[Entry]:
        shards = [
            descending(self._listing, Listed.RECENT, f"RECENT#{shard}", before=before)
            for shard in range(SHARDS)
        ]
        newest = heapq.merge(*shards, key=lambda item: str(item["last_at"]), reverse=True)
        for batch in batches(newest, _BATCH):
            threads = [item["pk"].removeprefix("THREAD#") for item in batch]
            mine = [phone_number_id in (None, split_thread(thread)[0]) for thread in threads]
            wanted = [thread for thread, is_mine in zip(threads, mine, strict=True) if is_mine]
            nodes = self._directory.nodes({split_thread(thread)[1] for thread in wanted})
            of_thread = {thread: _owners(thread, nodes) for thread in wanted}
            records = self._threads(t for held in of_thread.values() for h in held for t in h.spans)
            for item, thread in zip(batch, threads, strict=True):
                if not of_thread.get(thread):
                    yield Entry(item["last_at"], None)
                for step, held in enumerate(of_thread.get(thread, [])):
                    view = self._view(thread, held, records, nodes)
                    yield Entry(item["last_at"], view, step)

    def _threads(self, threads: Iterable[str]) -> dict[str, Item]:
        keys = {Key(f"THREAD#{thread}", "THREAD"): thread for thread in threads}
        return {keys[key]: item for key, item in self._records.load(keys).items()}

    def _view(
        self, thread: str, held: _Held, records: dict[str, Item], nodes: Nodes
    ) -> View | None:
        known = {name: records[name] for name in held.spans if name in records}
        home, last_ms = self._home(held, known)
        if thread != home:
            return None
        number, _ = split_thread(thread)
        return {
            "id": conversation_id(number, held.person.contact_id),
            "phone_number_id": number,
            "contact": _contact(held.person, nodes),
            "last_activity": moment_of(last_ms),
            "window": self._window(held, known),
        }

    def _home(self, held: _Held, known: dict[str, Item]) -> tuple[str, int]:
        """The thread at which the person is listed, and when they were last active there."""
        active = {t: i["last_ms"] for t, i in known.items() if held.held(t, i["last_ms"])}
        if not active:  # others own all of these aliases by now
            active = {t: ms for t in known if (ms := self._last_ms(t, held)) is not None}
        return max(((t, ms) for t, ms in active.items()), key=_latest, default=("", 0))

    def _last_ms(self, thread: str, held: _Held) -> int | None:
        for span in sorted(held.spans[thread], key=lambda s: s.until_ms, reverse=True):
            before, _ = bounds(span)
            found = self._listing.newest(Listed.TIMELINE, thread, before=before, limit=1)
            if found and span.holds(moment_ms(found[0]["at"])):
                return moment_ms(found[0]["at"])
        return None

    def _window(self, held: _Held, known: dict[str, Item]) -> View:
        """As the gate sees it: the person's last words, or an entry point answered in time."""
        windows = [
            Window(
                thread,
                at_ms
                if (at_ms := record.get("window_from_ms")) and held.held(thread, at_ms)
                else None,
                tuple(at for at in record.get("entry_points_ms", ()) if held.held(thread, at)),
            )
            for thread, record in known.items()
        ]
        rule = self._rule
        ends = [w.last_user_ms + rule.customer_service_ms for w in windows if w.last_user_ms]
        ends += [
            at_ms + rule.entry_point_ms
            for at_ms in entry_points(windows, rule, self._now_ms())
            if self._answered(list(known), at_ms, at_ms + rule.entry_point_answer_ms)
        ]
        end_ms = max(ends, default=0)
        return {"open": self._now_ms() < end_ms, "expires_at": moment_of(end_ms)}


def _owners(thread: str, nodes: Nodes) -> list[_Held]:
    """Everyone whose alias this thread ever was, the first owner first."""
    number, node = split_thread(thread)
    held = []
    for person in owners(nodes, node) if node in nodes else []:
        spans: dict[str, list[Span]] = {}
        for span in person.spans:
            spans.setdefault(thread_id(number, span.node), []).append(span)
        held.append(_Held(person, spans))
    return held


def _latest(active: tuple[str, int]) -> tuple[int, str]:
    thread, last_ms = active
    return last_ms, thread


def _contact(person: Person, nodes: Nodes) -> View:
    current = [nodes[node] for node in person.current]
    aliases = sorted((kind, node.value) for node in current for kind in node.kinds if node.value)
    profiles = sorted(
        profile for span in person.spans if (profile := called(nodes[span.node], span)) is not None
    )
    return {
        "contact_id": person.contact_id,
        "aliases": [{"kind": kind, "value": value} for kind, value in aliases],
        "name": next((p.name for p in reversed(profiles) if p.name), None),
        "username": next((p.username for p in reversed(profiles) if p.username), None),
    }
