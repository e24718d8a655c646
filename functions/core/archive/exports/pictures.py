"""Images for a transcript: small enough to show, and exactly those that were archived."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from functions.core.archive.exports import policy
from functions.core.content.errors import CiphertextRefusedError, KeyDestroyedError
from functions.core.media.errors import MissingObjectError
from functions.core.media.model import SERVED

# What every browser shows. SVG is not among them: it may hold scripts.
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


class OpenMedia(Protocol):
    def opened(self, name: str, key_id: str) -> Iterator[bytes]:
        """The content of a medium."""


class Pictures:
    """For one transcript: the budget is spent as images come."""

    def __init__(self, media: OpenMedia) -> None:
        self._media = media
        self._left = policy.number("export", "images")

    def of(self, medium: Mapping[str, Any]) -> tuple[bytes | None, str]:
        """The bytes, or why they are not shown."""
        size = int(medium.get("bytes", 0))
        if medium.get("mime") not in SHOWN or medium["state"] not in SERVED:
            return None, ""
        if size > min(policy.number("export", "image"), self._left):
            return None, "too large to be shown here"
        try:
            data = b"".join(self._media.opened(medium["object"], medium["key"]))
        except KeyDestroyedError:
            return None, "destroyed together with its key"
        except (MissingObjectError, CiphertextRefusedError):
            return None, "the file itself is not readable any more"
        if hashlib.sha256(data).hexdigest() != medium.get("sha256"):
            return None, "not shown: its hash is not the archived one"
        self._left -= size
        return data, ""
