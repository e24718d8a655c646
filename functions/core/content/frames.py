"""Large content, sealed piece by piece: written and read as a stream, and readable from any piece.

    header: format (1) ‖ key version (2) ‖ commitment (32) ‖ salt (32)
    frame:  AES-256-GCM of up to 64 KiB; nonce: number of the frame (8) ‖ 1 for the last (4)

Every stream has a key of its own, derived from the content key and a random salt. The number in
the nonce forbids reordering and repeating, the mark of the last frame cutting off and appending
(the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

import hmac
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from functions.core.content.binding import Binding
from functions.core.content.envelope import COMMITMENT_BYTES, ContentKey, derived
from functions.core.content.errors import CiphertextRefusedError

FRAME = 64 * 1024  # bytes of content in every frame but the last
SEALED_FRAME = FRAME + 16
_SALT_BYTES = 32
HEADER_BYTES = 3 + COMMITMENT_BYTES + _SALT_BYTES

_FORMAT = 3


class FrameSealer:
    """`header`, then what `update` returns, then what `finish` returns: that is the object."""

    def __init__(self, key: ContentKey, binding: Binding) -> None:
        salt = os.urandom(_SALT_BYTES)
        self.header = bytes((_FORMAT,)) + key.version.to_bytes(2, "big") + key.commitment + salt
        self._cipher, self._bound = _prepared(key, binding, self.header)
        self._waiting = bytearray()
        self._index = 0

    def update(self, data: bytes) -> bytes:
        """A full frame is kept until more follows: it may be the last."""
        self._waiting += data
        sealed = bytearray()
        while len(self._waiting) > FRAME:
            sealed += self._sealed(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]
        return bytes(sealed)

    def finish(self) -> bytes:
        return self._sealed(bytes(self._waiting), last=True)

    def _sealed(self, frame: bytes, *, last: bool) -> bytes:
        sealed = self._cipher.encrypt(_nonce(self._index, last=last), frame, self._bound)
        self._index += 1
        return sealed


class FrameOpener:
    """`watched`: a context in which every refusal happens, so that it can be counted."""

    def __init__(
        self,
        key: ContentKey,
        binding: Binding,
        header: bytes,
        *,
        watched: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._watched = watched
        version_of_stream(header)
        if not hmac.compare_digest(header[3 : 3 + COMMITMENT_BYTES], key.commitment):
            raise CiphertextRefusedError("sealed under another key")
        self._cipher, self._bound = _prepared(key, binding, header)

    def open(self, index: int, frame: bytes, *, last: bool) -> bytes:
        """The content of one frame; `last`: whether it is the object's last."""
        with self._watched():
            try:
                return self._cipher.decrypt(_nonce(index, last=last), frame, self._bound)
            except InvalidTag:
                raise CiphertextRefusedError("changed, cut off, or not in its place") from None

    def stream(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The whole content from the bytes after the header, however they are cut."""
        waiting = bytearray()
        index = 0
        for piece in pieces:
            waiting += piece
            while len(waiting) > SEALED_FRAME:
                yield self.open(index, bytes(waiting[:SEALED_FRAME]), last=False)
                del waiting[:SEALED_FRAME]
                index += 1
        yield self.open(index, bytes(waiting), last=True)


def version_of_stream(header: bytes) -> int:
    if len(header) != HEADER_BYTES or header[0] != _FORMAT:
        raise CiphertextRefusedError("not a sealed stream")
    return int.from_bytes(header[1:3], "big")


def frame_count(object_size: int) -> int:
    """Frames in an object of that many bytes; the last one may be empty, but is there."""
    return max(1, -(-(object_size - HEADER_BYTES) // SEALED_FRAME))


def plain_size(object_size: int) -> int:
    """Bytes of content in an object of that many bytes."""
    return object_size - HEADER_BYTES - 16 * frame_count(object_size)


def sealed_range(first: int, last: int) -> tuple[int, int]:
    """Where in the object the frames `first` to `last` lie: first and last byte, both included.

    The object may end before.
    """
    return HEADER_BYTES + first * SEALED_FRAME, HEADER_BYTES + (last + 1) * SEALED_FRAME - 1


def _prepared(key: ContentKey, binding: Binding, header: bytes) -> tuple[AESGCM, bytes]:
    secret = derived(key.secret, b"amana content stream" + header[-_SALT_BYTES:])
    return AESGCM(secret), header + binding.associated_data(key.id, key.version)


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(8, "big") + int(last).to_bytes(4, "big")
