"""Taking a file from the business: announced, sent in parts, completed; each step repeatable.

The id follows from client and Idempotency-Key, so the record itself is the idempotency record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.media import policy
from functions.core.media.model import State, base_mime, business_key, upload_id
from functions.core.media.parts import NewParts
from functions.core.media.refusals import (
    FileTooLargeError,
    IncompleteUploadError,
    InvalidUploadError,
    TypeNotTakenError,
    UnknownMediumError,
    UploadClosedError,
    UploadConflictError,
)
from functions.core.media.store import MediaStore
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.records import Item

_HOUR_MS = 3_600_000
_MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a caller wants to upload. `sha256`: hex. `phone_number_id` None: the default one."""

    mime_type: str
    bytes: int
    sha256: str = field(repr=False)
    filename: str | None = field(default=None, repr=False)
    phone_number_id: str | None = None


class Queue(Protocol):
    def ask(self, media_id: str) -> None: ...


class Uploads:
    """`phone_number_ids`: those this deployment sends from, the default first."""

    def __init__(
        self,
        *,
        store: MediaStore,
        parts: NewParts,
        queue: Queue,
        pseudonyms: Pseudonyms,
        phone_number_ids: Sequence[str],
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._parts = parts
        self._queue = queue
        self._pseudonyms = pseudonyms
        self._phone_number_ids = phone_number_ids
        self._now_ms = now_ms

    def begin(self, *, client_id: str, idempotency_key: str, wish: Wish) -> dict[str, Any]:
        attributes = self._attributes(client_id, wish)
        media_id = upload_id(self._pseudonyms, client_id=client_id, idempotency_key=idempotency_key)
        due = due_attributes(
            DataKind.COMMUNICATIONS, media_id, attributes["created_ms"], by=attributes["key"]
        )
        if not self._store.create(media_id, {**attributes, **due}):
            stored = self._store.load(media_id) or {}
            if stored.get("body_digest") != attributes["body_digest"]:
                raise UploadConflictError("the key was used with another file")
            attributes = stored
        return {
            "id": media_id,
            "part_bytes": attributes["part_bytes"],
            "parts": attributes["parts"],
        }

    def put_part(self, *, client_id: str, media_id: str, number: int, content: bytes) -> None:
        item = self._open_upload(client_id, media_id)
        if not 1 <= number <= item["parts"]:
            raise UnknownMediumError("there is no such part")
        expected = part_size(item, number)
        if len(content) != expected:
            raise InvalidUploadError("body", f"must have exactly {expected} bytes")
        self._parts.put(media_id, number, content)
        told = {_part(number): len(content)}
        if not self._store.change(media_id, told, expect={"state": State.UPLOADING.value}):
            raise UploadClosedError("completed meanwhile")

    def complete(self, *, client_id: str, media_id: str) -> dict[str, Any]:
        """From here on the file is checked and given to Graph; asking again is harmless."""
        item = self._upload(client_id, media_id)
        if item["state"] == State.UPLOADING:
            self._check_open(item)
            missing = [n for n in range(1, item["parts"] + 1) if _part(n) not in item]
            if missing:
                raise IncompleteUploadError(missing[:_MOST_NAMED])
            told = {"state": State.PENDING.value, "completed_ms": self._now_ms()}
            self._store.change(media_id, told, expect={"state": State.UPLOADING.value})
            item = {**item, **told}
        if item["state"] == State.PENDING:
            self._queue.ask(media_id)
        return {"id": media_id, "state": item["state"]}

    def _attributes(self, client_id: str, wish: Wish) -> dict[str, Any]:
        mime = base_mime(wish.mime_type)
        kind = policy.sendable_kind(mime)
        if kind is None:
            raise TypeNotTakenError("not a type that WhatsApp takes")
        most = policy.limits(kind).animated
        if wish.bytes > most:
            raise FileTooLargeError(most)
        number = wish.phone_number_id or self._phone_number_ids[0]
        if number not in self._phone_number_ids:
            raise InvalidUploadError("phone_number_id", "is none that this deployment sends from")
        part_bytes, now_ms = policy.number("upload", "part"), self._now_ms()
        sha256 = wish.sha256.lower()
        told = (mime, str(wish.bytes), sha256, wish.filename or "", number)
        return {
            "state": State.UPLOADING.value,
            "type": kind.value,
            "mime": mime,
            "direction": "outbound",
            "key": business_key(number),
            "phone_number_id": number,
            "bytes": wish.bytes,
            "sha256": sha256,
            "tag": self._pseudonyms.of("medium content", sha256),
            **({"filename": wish.filename} if wish.filename else {}),
            "client": client_id,
            "body_digest": self._pseudonyms.of("upload body", *told),
            "part_bytes": part_bytes,
            "parts": -(-wish.bytes // part_bytes),
            "created_ms": now_ms,
            "open_until_ms": now_ms + policy.number("upload", "open") * _HOUR_MS,
        }

    def _open_upload(self, client_id: str, media_id: str) -> Item:
        item = self._upload(client_id, media_id)
        if item["state"] != State.UPLOADING:
            raise UploadClosedError("completed")
        self._check_open(item)
        return item

    def _check_open(self, item: Item) -> None:
        if self._now_ms() >= item["open_until_ms"]:
            raise UploadClosedError("too much time has passed")

    def _upload(self, client_id: str, media_id: str) -> Item:
        item = self._store.load(media_id)
        if item is None or item.get("client") != client_id or "parts" not in item:
            raise UnknownMediumError("no such upload")
        return item


def part_size(item: Item, number: int) -> int:
    """Bytes of that part: all are alike but the last."""
    if number < item["parts"]:
        return int(item["part_bytes"])
    return int(item["bytes"] - item["part_bytes"] * (item["parts"] - 1))


def _part(number: int) -> str:
    return f"part_{number}"
