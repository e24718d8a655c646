"""Files: what is known of each, the file itself, and who of the business was given it."""

import mimetypes
from collections.abc import Iterator

from functions.core.archive.exports.files import Files
from functions.core.content.errors import CiphertextRefusedError, KeyDestroyedError
from functions.core.conversations.read_facts import moment_of
from functions.core.conversations.read_store import Listed, Listing, descending
from functions.core.media.errors import MissingObjectError
from functions.core.media.keeping import Keeper
from functions.core.media.model import SERVED
from functions.core.media.store import MediaStore
from functions.core.rights.access.model import Copy, Json, Line

_BEFORE_ALL = "ACCESS$"  # the character after `#`
_ACCESS = "ACCESS#"


class Media:
    """`into`: the folder of this try, in the exports bucket."""

    def __init__(
        self, *, store: MediaStore, listing: Listing, keeper: Keeper, files: Files, into: str
    ) -> None:
        self._store = store
        self._listing = listing
        self._keeper = keeper
        self._files = files
        self._into = into

    def told(self, media_id: str) -> Json | None:
        """The file is copied as it is told. None: nothing is known of it."""
        item = self._store.load(media_id)
        if item is None or "direction" not in item:
            return None
        told = {
            "id": media_id,
            "type": item.get("type"),
            "state": item["state"],
            "reason": item.get("reason") or None,
            "mime": item.get("mime") or None,
            "filename": item.get("filename"),
            "sha256": item.get("sha256"),
            "is_destroyed": "destroyed_ms" in item,
            **({"bytes": item["bytes"]} if "bytes" in item else {}),
        }
        if item["state"] not in SERVED or "object" not in item or told["is_destroyed"]:
            return told
        name = f"{media_id}{_ending(told['mime'])}"
        copy = self._copied(name, item["object"], item["key"], told["mime"])
        return {**told, "file": vars(copy)} if copy else {**told, "state": "failed"}

    def accesses(self, media_id: str) -> Iterator[Line]:
        """Who was given a ticket for it."""
        pk = f"MEDIA#{media_id}"
        found = descending(self._listing, Listed.TABLE, pk, before=_BEFORE_ALL, lowest=_ACCESS)
        for item in found:
            at_ms = int(item["granted_ms"])
            told = {
                "at": moment_of(at_ms),
                "who": {"kind": "client", "id": item["client"]},
                "action": "media:medium:granted",
                "what": f"medium/{media_id}",
            }
            yield Line("recipients", f"{at_ms:013d}#{item['sk']}", told)

    def _copied(self, name: str, source: str, key_id: str, mime: str | None) -> Copy | None:
        target = f"{self._into}/files/{name}"
        try:
            with self._files.writing(target) as sink:
                for piece in self._keeper.opened(source, key_id):
                    sink.write(piece)
        except (KeyDestroyedError, MissingObjectError, CiphertextRefusedError):
            return None  # told as unreadable; the rest goes on
        return Copy(name, target, sink.size, sink.sha256, mime or "application/octet-stream")


def _ending(mime: str | None) -> str:
    return mimetypes.guess_extension((mime or "").partition(";")[0].strip()) or ".bin"
