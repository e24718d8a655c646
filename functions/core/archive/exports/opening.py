"""Records opened: what was sealed, as far as its key still exists."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.core.archive.check import sealed_parts
from functions.core.archive.exports.store import Shelf
from functions.core.archive.model import Record
from functions.core.content.binding import Binding
from functions.core.content.errors import CiphertextRefusedError, KeyDestroyedError
from functions.core.content.keyring import KeyRing

# Attributes under which the same content stands in the different places it is kept.
_BODY = ("raw", "update")


class Opener:
    """`opened` has a field for every ciphertext, `closed` says of the others why they stay shut."""

    def __init__(self, *, ring: KeyRing, shelf: Shelf) -> None:
        self._ring = ring
        self._shelf = shelf

    def open(self, records: Sequence[Record]) -> Iterator[Record]:
        """Without the ciphertexts; one request for all keys that are not at hand."""
        wanted = {part["key"] for record in records for part, _ in sealed_parts(record)}
        self._ring.prepare(wanted, create=False)
        return (self._opened(record) for record in records)

    def _opened(self, record: Record) -> Record:
        opened: dict[str, Any] = {}
        closed: dict[str, Any] = {}
        for part, digest in sealed_parts(record):
            name = _name(part)
            try:
                envelope = self._envelope(part, digest)
                if envelope is None:
                    closed[name] = {"why": "missing"}
                    continue
                place = Binding(part["store"], part["record"], part["field"])
                opened[name] = json.loads(self._ring.open(part["key"], place, envelope))
            except KeyDestroyedError as error:
                closed[name] = {"why": "destroyed", "destroyed_ms": error.destroyed_ms}
            except (CiphertextRefusedError, ValueError):
                closed[name] = {"why": "refused"}
        told = {name: value for name, value in record.items() if name not in ("content", "more")}
        place = record.get("content", {}).get("record")
        key = record.get("content", {}).get("key")
        return {**told, "place": place, "key": key, "opened": opened, "closed": closed}

    def _envelope(self, part: Mapping[str, Any], digest: str) -> bytes | None:
        if "sealed" in part:
            return base64.b64decode(part["sealed"])
        data = self._shelf.read(part["object"]) if "object" in part else None
        if data is not None and hashlib.sha256(data).hexdigest() != digest:
            raise CiphertextRefusedError("not the object that was archived")
        return data


def _name(part: Mapping[str, Any]) -> str:
    last = str(part["field"]).rpartition(".")[2]
    return "raw" if last in _BODY else last
