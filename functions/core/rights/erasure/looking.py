"""Looking again: what is still there of somebody, counted item by item in every table.

Independent of what was deleted and of what the deletion said: keys are listed anew, and each item
is read consistently.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from functions.core.consent.items import state_key
from functions.core.contacts.model import Span
from functions.core.contacts.service import node_key
from functions.core.conversations.model import moment_ms, split_thread, thread_id
from functions.core.conversations.read_page import batches
from functions.core.holds.guard import Guard
from functions.core.retention.due import shard_of
from functions.core.retention.kinds import DataKind
from functions.core.retention.listing import Listing
from functions.core.rights.erasure.ledger import Entry
from functions.core.rights.erasure.model import Left
from functions.core.runtime.records import Item, Key

Load = Callable[[str, Collection[Key]], Mapping[Key, Item]]
_TOGETHER = 90
_EVER = 10**13 - 1


@dataclass
class Found:
    """`left`: by kind. `keys`: content keys under which something of it is sealed."""

    left: dict[DataKind, Left] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    @property
    def owed(self) -> dict[str, int]:
        return {kind.value: each.owed for kind, each in self.left.items() if each.owed}

    @property
    def keeps_names(self) -> bool:
        """Something hangs on the person still; or a duty, or a hold, is about who they are."""
        return any(
            each.count > (each.owed if kind is DataKind.CONTACT else 0)
            for kind, each in self.left.items()
        )

    @property
    def all(self) -> list[Left]:
        return [each for each in self.left.values() if each.count]


class Looking:
    """`load`: items of a table (our own name) as they are stored, read consistently."""

    def __init__(self, *, listing: Listing, load: Load, accounts: Sequence[str]) -> None:
        self._listing = listing
        self._load = load
        self._accounts = accounts

    def numbers_of(self, nodes: Collection[str]) -> set[str]:
        """Of the business, on which there is a thread with one of these aliases.

        By the index of what is due some day: numbers that are no longer used are in no setting.
        """
        found = set()
        for shard in {shard_of(node) for node in nodes}:
            for unit in self._listing.due(DataKind.COMMUNICATIONS, shard, before_ms=_EVER):
                number, node = split_thread(unit.key.pk.removeprefix("THREAD#"))
                if unit.key.sk == "THREAD" and node in nodes:
                    found.add(number)
        return found

    def at(self, entry: Entry, guards: Mapping[str, Guard]) -> Found:
        found = Found()
        for span in entry.spans:
            guard = guards[span.node]
            for number in entry.numbers:
                self._thread(found, entry, span, guard, number)
            self._consents(found, entry, span, guard)
        self._updates(found, entry, guards)
        for node in entry.nodes:
            self._contact(found, entry, node, guards[node])
        return found

    def _thread(self, found: Found, entry: Entry, span: Span, guard: Guard, number: str) -> None:
        thread = thread_id(number, span.node)
        listed = (Key(i["pk"], i["sk"]) for i in self._listing.timeline(thread, before_ms=None))
        before = sum(each.count for each in found.left.values())
        for some in batches(listed, _TOGETHER):
            for item in self._load("conversations", some).values():
                at_ms = moment_ms(item["at"])
                if span.holds(at_ms):
                    held = guard.held_by(phone_number_id=number, at_ms=at_ms)
                    self._count(found, entry, DataKind.COMMUNICATIONS, at_ms, held, item)
        is_empty = before == sum(each.count for each in found.left.values())
        if is_empty and is_whole(span):
            key = Key(f"THREAD#{thread}", "THREAD")
            for item in self._load("conversations", [key]).values():
                held = guard.held_by(phone_number_id=number, at_ms=item["last_ms"])
                self._count(found, entry, DataKind.COMMUNICATIONS, item["last_ms"], held, item)

    def _consents(self, found: Found, entry: Entry, span: Span, guard: Guard) -> None:
        """Counted from the last event, all at once: see `retention/consents.py`."""
        keys = list(self._listing.partition("consent", state_key(span.node).pk))
        items = self._load("consent", keys)
        state = items.get(state_key(span.node), {})
        mine = {k: i for k, i in items.items() if span.holds(_at_ms(k, i, default=inf))}
        if not is_whole(span):
            mine.pop(state_key(span.node), None)
        last = max((int(_at_ms(k, i, default=0)) for k, i in mine.items()), default=0)
        counted_ms = int(state["retain_at"][:13]) if "retain_at" in state else last
        for key, item in mine.items():
            if key == state_key(span.node):
                held = guard.held_by()  # it says what events say, of whatever time
                if is_bare(item):
                    continue
            else:
                held = guard.held_by(at_ms=int(_at_ms(key, item, default=counted_ms)))
            self._count(found, entry, DataKind.CONSENT, counted_ms, held, item)

    def _updates(self, found: Found, entry: Entry, guards: Mapping[str, Guard]) -> None:
        for item in self.updates(entry):
            guard = guards[str(item["key"]).partition("~")[0]]
            held = guard.held_by(at_ms=item["at_ms"])
            self._count(found, entry, DataKind.COMMUNICATIONS, item["at_ms"], held, item)

    def updates(self, entry: Entry) -> Iterator[Item]:
        """About the account, and naming this person: there are few, and all are looked at."""
        for account in self._accounts:
            keys = self._listing.partition("conversations", f"ACCOUNT#{account}")
            for some in batches(keys, _TOGETHER):
                items = self._load("conversations", some).values()
                yield from (item for item in items if item.get("key") in entry.keys)

    def _contact(self, found: Found, entry: Entry, node: str, guard: Guard) -> None:
        if not all(is_whole(span) for span in entry.spans if span.node == node):
            return  # it is another's as well, and stays for them
        for item in self._load("conversations", [node_key(node)]).values():
            at_ms = int(item["retain_at"][:13]) if "retain_at" in item else item["since_ms"] or 0
            self._count(found, entry, DataKind.CONTACT, at_ms, guard.held_by(), item)

    def _count(
        self,
        found: Found,
        entry: Entry,
        kind: DataKind,
        at_ms: int,
        held: Collection[str],
        item: Item,
    ) -> None:
        left = found.left.get(kind, Left(kind=kind))
        found.left[kind] = left.plus(at_ms, held=bool(held), cut_off=entry.cut_offs[kind])
        found.keys.update(keys_in(item))


def keys_in(item: Item) -> Iterator[str]:
    """Under which something in it is sealed."""
    for holder in (item, *item.get("facts", {}).values()):
        if "key" in holder:
            yield str(holder["key"])


def is_bare(state: Item) -> bool:
    """Says that nothing may be sent to somebody of whom something stays, and nothing else."""
    return bool(state.get("restriction")) and not state.get("cells")


def is_whole(span: Span) -> bool:
    """Nobody had the alias before, and nobody has it since."""
    return span.after_ms == -inf and span.until_ms == inf


def _at_ms(key: Key, item: Item, *, default: float) -> float:
    if key.sk.startswith("EVENT#"):
        return moment_ms(key.sk.partition("#")[2])
    return float(item.get("at_ms", default))
