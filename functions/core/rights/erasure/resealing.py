"""Content of others that lies under a key that goes: sealed anew under their own, before it does.

It comes to be when a number changed hands and nobody knew it yet. What lies in the archive cannot
be rewritten and is lost with the key (docs/decisions/0019).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from functions.core.consent.items import state_key
from functions.core.contacts.model import content_key_id, generation
from functions.core.content.records import Sealing
from functions.core.conversations.model import moment_ms, thread_id
from functions.core.conversations.read_page import batches
from functions.core.retention.listing import Listing
from functions.core.retention.threads import objects_of
from functions.core.rights.erasure.ledger import Entry
from functions.core.rights.subject import Subject
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key

_TOGETHER = 90
KeyAt = Callable[[int], str]


class Copying(Protocol):
    def update(self, name: str, *, old: str, new: str) -> str:
        """A large update under another key; its new name, the same each time."""

    def file(self, name: str, *, old: str, new: str) -> str:
        """The same for a file."""

    def erase(self, name: str) -> None:
        """What was copied, once a record points to the copy."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """`records`: as they are stored. `sealing`: of what is sealed in it."""

    records: DynamoRecords
    sealing: Sealing


class Resealing:
    def __init__(
        self,
        *,
        listing: Listing,
        conversations: Table,
        consents: Table,
        copying: Copying,
    ) -> None:
        self._listing = listing
        self._conversations = conversations
        self._consents = consents
        self._copying = copying

    def seal_anew(self, entry: Entry, subject: Subject) -> int:
        """How many records. One that changes meanwhile is sealed when the step is repeated."""
        count = 0
        for node in subject.aliases:
            if not subject.shares(node) or node not in subject.nodes:
                continue

            def key_at(at_ms: int, node: str = node) -> str:
                return content_key_id(node, generation(subject.nodes, node, at_ms))

            for table, key, item in self._at(node, entry.numbers):
                if _is_doomed(item, entry, subject, node):
                    count += self._sealed(table, key, item, entry, key_at)
        return count

    def _at(self, node: str, numbers: Collection[str]) -> Iterator[tuple[Table, Key, Item]]:
        for number in numbers:
            thread = self._listing.timeline(thread_id(number, node), before_ms=None)
            listed = (Key(item["pk"], item["sk"]) for item in thread)
            for some in batches(listed, _TOGETHER):
                found = self._conversations.records.load(some, consistent=True)
                yield from ((self._conversations, key, item) for key, item in found.items())
        for some in batches(self._listing.partition("consent", state_key(node).pk), _TOGETHER):
            found = self._consents.records.load(some, consistent=True)
            yield from ((self._consents, key, item) for key, item in found.items())

    def _sealed(self, table: Table, key: Key, item: Item, entry: Entry, key_at: KeyAt) -> bool:
        opened = table.sealing.opened({key: item})[key]
        changed = self._moved(opened, entry, key_at, _at_ms(item))
        if "facts" in changed:
            changed["facts"] = {
                name: self._moved(fact, entry, key_at, fact["at_ms"])
                for name, fact in changed["facts"].items()
            }
        told = {n: v for n, v in changed.items() if n not in ("pk", "sk", "destroyed_ms")}
        expression = Expression()
        for name in ("digest", "key", "state", "send_state"):
            expression.expect(name, item.get(name))
        for name, value in table.sealing.sealed(key, told).items():
            if name not in ("digest", "state", "send_state") or item.get(name) != value:
                expression.set(name, value)
        if not table.records.update(expression, key):
            return False
        for name in set(objects_of(key, item)) - set(objects_of(key, changed)):
            self._copying.erase(name)
        return True

    def _moved(self, holder: Item, entry: Entry, key_at: KeyAt, at_ms: int) -> dict[str, Any]:
        """Of a record or of one of its facts: the key, and objects that it points to."""
        old, new = holder.get("key"), key_at(at_ms)
        if old not in entry.keys or new in entry.keys:
            return dict(holder)
        moved = {**holder, "key": new}
        if "ref" in holder:
            moved["ref"] = self._copying.update(holder["ref"], old=str(old), new=new)
        if str(holder.get("object", "")).startswith("media/"):  # no role reads quarantine
            moved["object"] = self._copying.file(holder["object"], old=str(old), new=new)
        return moved


def _is_doomed(item: Item, entry: Entry, subject: Subject, node: str) -> bool:
    """Something in it goes with the person's keys and is not the person's."""
    holders = [(item, _at_ms(item)), *((f, f["at_ms"]) for f in item.get("facts", {}).values())]
    return any(
        holder.get("key") in entry.keys and not subject.owns(node, at_ms)
        for holder, at_ms in holders
    )


def _at_ms(item: Item) -> int:
    return moment_ms(item["at"]) if "at" in item else int(item.get("at_ms", 0))
