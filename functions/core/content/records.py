"""Records whose content is sealed when it is written and opened when it is read.

What says something about a person is a named field of a kind of record, listed here once. Inside
the functions these fields are what they are; in the table each is an envelope under the content
key that the record (or the fact in it) names in `key`:

    raw   -> sealed             in every fact of a message and in account updates
    value -> sealed_value       and so on, as JSON

A field whose key was destroyed stays sealed, and `destroyed_ms` tells since when.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from functions.core.content.binding import Binding
from functions.core.content.errors import KeyDestroyedError
from functions.core.content.keyring import KeyRing
from functions.core.runtime.records import Item, Key, RecordStore, Write

STORE = "conversations"

# kind of record (what its partition key begins with) -> fields that are sealed as JSON
_FIELDS = {
    "MESSAGE": ("intent", "address", "wamid", "error"),
    "NODE": ("value", "profile", "corrected"),
    "MEDIA": ("media_id", "filename", "sha256"),
    "CONSENT": ("evidence",),
    # `told`: what a request corrected, and what stood there before
    "RIGHTS": ("details", "reason", "told"),
}
_DESTROYED = "destroyed_ms"

Change = Callable[[Item, Key, str], Item]


def binding(key: Key, field: str, *, store: str = STORE) -> Binding:
    return Binding(store, f"{key.pk}|{key.sk}", field)


class Sealing:
    def __init__(self, ring: KeyRing, *, store: str = STORE) -> None:
        """`store`: our own name of the table that the records are in."""
        self.ring = ring
        self._store = store

    def sealed(self, key: Key, attributes: Mapping[str, Any]) -> Item:
        """The attributes as they may be stored. What is sealed must name its key."""
        self.ring.prepare(set(_key_ids(key, attributes, _is_open)), create=True)
        return _changed(key, attributes, self._seal)

    def opened(self, items: Mapping[Key, Item]) -> dict[Key, Item]:
        """Items as they were before they were sealed; one request for all keys not at hand."""
        wanted = {i for key, item in items.items() for i in _key_ids(key, item, _is_sealed)}
        self.ring.prepare(wanted, create=False)
        return {key: _changed(key, item, self._open) for key, item in items.items()}

    def _seal(self, holder: Item, key: Key, prefix: str) -> Item:
        kept = {name: value for name, value in holder.items() if name != _DESTROYED}
        for name in _names(key, prefix):
            if kept.get(name) is not None:
                text = kept.pop(name)
                data = text if name == "raw" else json.dumps(text, separators=(",", ":"))
                place = binding(key, prefix + name, store=self._store)
                kept[_sealed_name(name)] = self.ring.seal(holder["key"], place, data.encode())
        return kept

    def _open(self, holder: Item, key: Key, prefix: str) -> Item:
        shown = dict(holder)
        for name in _names(key, prefix):
            envelope = shown.get(_sealed_name(name))
            if envelope is None:
                continue
            try:
                place = binding(key, prefix + name, store=self._store)
                data = self.ring.open(holder["key"], place, envelope)
            except KeyDestroyedError as error:
                shown[_DESTROYED] = error.destroyed_ms
                continue
            del shown[_sealed_name(name)]
            shown[name] = data.decode() if name == "raw" else json.loads(data)
        return shown


class SealedRecords:
    """A `RecordStore` that holds only ciphertext of what is said about people."""

    def __init__(self, records: RecordStore, sealing: Sealing) -> None:
        self._records = records
        self._sealing = sealing

    def load(self, keys: Collection[Key], *, consistent: bool = False) -> dict[Key, Item]:
        return self._sealing.opened(self._records.load(keys, consistent=consistent))

    def write(self, write: Write) -> bool:
        sealed = self._sealing.sealed(write.key, write.attributes)
        return self._records.write(Write(write.key, sealed, write.expected))


def _changed(key: Key, item: Mapping[str, Any], change: Change) -> Item:
    changed = change(dict(item), key, "")
    if "facts" in changed:
        changed["facts"] = {
            fact_id: change(fact, key, f"facts.{fact_id}.")
            for fact_id, fact in changed["facts"].items()
        }
    return changed


def _key_ids(
    key: Key, item: Mapping[str, Any], concerns: Callable[[Mapping[str, Any], str], bool]
) -> Iterator[str]:
    holders = [("", item), *((f"facts.{i}.", f) for i, f in item.get("facts", {}).items())]
    for prefix, holder in holders:
        if any(concerns(holder, name) for name in _names(key, prefix)):
            yield holder["key"]


def _is_open(holder: Mapping[str, Any], name: str) -> bool:
    return holder.get(name) is not None


def _is_sealed(holder: Mapping[str, Any], name: str) -> bool:
    return _sealed_name(name) in holder


def _names(key: Key, prefix: str) -> tuple[str, ...]:
    if prefix:
        return ("raw",)
    kind = key.pk.partition("#")[0]
    return ("raw",) if kind == "ACCOUNT" else _FIELDS.get(kind, ())


def _sealed_name(name: str) -> str:
    return "sealed" if name == "raw" else f"sealed_{name}"
