"""Media in memory: records, objects, and a Meta of the tests' own."""

import copy
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Self

from functions.core.media.errors import GoneError, MissingObjectError
from functions.core.media.graph import Description
from functions.core.media.model import Reason, State
from functions.core.media.store import media_key
from functions.core.runtime.records import Item, Key


class MemoryMedia:
    """`MediaStore`; the contract suite runs it and the DynamoDB one."""

    def __init__(self) -> None:
        self.items: dict[Key, Item] = {}
        self._lock = Lock()

    def load(self, media_id: str) -> Item | None:
        with self._lock:
            return copy.deepcopy(self.items.get(media_key(media_id)))

    def create(self, media_id: str, attributes: Mapping[str, Any]) -> bool:
        return self.change(media_id, attributes, expect={"state": None})

    def claim(
        self, media_id: str, attributes: Mapping[str, Any], *, now_ms: int, until_ms: int
    ) -> Item | None:
        with self._lock:
            key = media_key(media_id)
            item = self.items.get(key, {})
            if item.get("state", State.PENDING) != State.PENDING:
                return None
            if item.get("lease_ms", -1) >= now_ms:
                return None
            self.items[key] = {
                **item,
                **key._asdict(),
                **attributes,
                "state": State.PENDING.value,
                "lease_ms": until_ms,
                "attempts": item.get("attempts", 0) + 1,
            }
            return copy.deepcopy(self.items[key])

    def change(
        self, media_id: str, attributes: Mapping[str, Any], *, expect: Mapping[str, Any]
    ) -> bool:
        with self._lock:
            key = media_key(media_id)
            item = self.items.get(key, {})
            if any(item.get(name) != value for name, value in expect.items()):
                return False
            self.items[key] = {**item, **key._asdict(), **attributes}
            return True

    def note(self, media_id: str, name: str, attributes: Mapping[str, Any]) -> None:
        key = Key(f"MEDIA#{media_id}", name)
        self.items[key] = {**key._asdict(), **attributes}


class MemoryObjects:
    """`Objects`. `begun`: names of writes that were neither committed nor given up."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.writes: list[str] = []

    def writing(self, name: str, *, once: bool) -> "MemoryWriting":
        return MemoryWriting(self, name, once=once)

    def read(self, name: str, first: int, last: int) -> bytes:
        return self._get(name)[first : last + 1]

    def pieces(self, name: str, first: int) -> Iterator[bytes]:
        data = self._get(name)
        return (data[at : at + 1000] for at in range(first, len(data), 1000))

    def delete(self, name: str) -> None:
        self.objects.pop(name, None)

    def erase(self, name: str) -> None:
        self.delete(name)

    def _get(self, name: str) -> bytes:
        if name not in self.objects:
            raise MissingObjectError(Reason.OBJECT_MISSING)
        return self.objects[name]


class MemoryWriting:
    def __init__(self, objects: MemoryObjects, name: str, *, once: bool) -> None:
        self._objects, self._name, self._once = objects, name, once
        self._data = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._data.clear()

    def write(self, data: bytes) -> None:
        self._data += data

    def commit(self) -> None:
        if self._once and self._name in self._objects.objects:
            return
        self._objects.objects[self._name] = bytes(self._data)
        self._objects.writes.append(self._name)


@dataclass
class Uploaded:
    phone_number_id: str
    mime: str
    data: bytes = field(repr=False)


class FakeMeta:
    """What Graph does with media. `script`: exceptions to raise instead, by method, in order."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self.uploads: list[Uploaded] = []
        self.numbers_seen = True
        self.script: dict[str, list[Exception]] = {}
        self.calls: list[str] = []

    def has(self, media_id: str, data: bytes, mime: str = "image/png", **told: Any) -> None:
        self.files[media_id] = (mime, data)
        self.told[media_id] = told

    def describe(self, media_id: str) -> Description:
        self._scripted("describe")
        if media_id not in self.files:
            raise GoneError(Reason.GONE_AT_META)
        mime, data = self.files[media_id]
        described = {
            "url": f"https://lookaside.fbsbx.com/{media_id}",
            "mime": mime,
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
        }
        return Description(**{**described, **self.told[media_id]})

    def sees(self, phone_number_id: str) -> bool:
        self._scripted("sees")
        return self.numbers_seen

    @contextmanager
    def download(self, url: str, *, until_ms: int) -> Iterator[Iterator[bytes]]:
        self._scripted("download")
        _, data = self.files[url.rpartition("/")[2]]
        yield self._pieces(data)

    def upload(self, phone_number_id: str, *, mime: str, size: int, pieces: Iterable[bytes]) -> str:
        self._scripted("upload")
        data = b"".join(pieces)
        assert len(data) == size
        self.uploads.append(Uploaded(phone_number_id, mime, data))
        return str(9000 + len(self.uploads))

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        for at in range(0, len(data), 5000):
            self._scripted("piece")
            yield data[at : at + 5000]

    def _scripted(self, method: str) -> None:
        self.calls.append(method)
        if self.script.get(method):
            raise self.script[method].pop(0)
