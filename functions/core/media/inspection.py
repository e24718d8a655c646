"""Looking at a medium as it passes: its type, its size, its digest. Nothing is kept of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from functions.core.media.errors import LaterError, QuarantineError
from functions.core.media.model import Reason
from functions.core.media.policy import Limits
from functions.core.media.types import HEAD_BYTES, agrees, is_animated_webp


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What was announced. `mimes`, `digests`: as each source told them, which must all be true.

    `size` None: nobody said. `ceiling`: bytes that are looked at at all. `resumable`: what is too
    short was cut off on the way, and can be had again.
    """

    limits: Limits
    mimes: tuple[str, ...]
    digests: tuple[bytes, ...] = field(repr=False)
    size: int | None
    ceiling: int
    allowed: bool
    resumable: bool


@dataclass(frozen=True)
class Seen:
    """`sha256`: hex."""

    size: int
    sha256: str = field(repr=False)


class Inspection:
    """`begin` with the first bytes, `update` with every piece, then `finish`."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._digest = hashlib.sha256()
        self._size = 0
        self._most = expected.limits.most

    def before(self) -> None:
        """What can be said before the first byte is asked for."""
        if (self._expected.size or 0) > self._expected.ceiling:
            raise QuarantineError(Reason.OVER_LIMIT)
        if not self._expected.digests:
            raise QuarantineError(Reason.NO_HASH)

    def begin(self, head: bytes) -> Reason | None:
        """Why it goes into quarantine, if it does."""
        expected = self._expected
        if not head:
            raise self._too_short(Reason.EMPTY)
        if is_animated_webp(head):
            self._most = expected.limits.animated
        if (expected.size or 0) > self._most:
            self._most = expected.ceiling
            return Reason.OVER_LIMIT
        if not expected.allowed:
            return Reason.TYPE_NOT_ALLOWED
        if not all(agrees(mime, head) for mime in expected.mimes):
            return Reason.LYING_TYPE
        return None

    def update(self, piece: bytes) -> None:
        self._size += len(piece)
        self._digest.update(piece)
        if self._size > self._most:
            raise QuarantineError(Reason.OVER_LIMIT)
        if self._expected.size is not None and self._size > self._expected.size:
            raise QuarantineError(Reason.WRONG_SIZE)

    def finish(self) -> Seen:
        if self._expected.size is not None and self._size < self._expected.size:
            raise self._too_short(Reason.WRONG_SIZE)
        found = self._digest.digest()
        if any(found != digest for digest in self._expected.digests):
            raise QuarantineError(Reason.WRONG_HASH)
        return Seen(self._size, found.hex())

    def _too_short(self, reason: Reason) -> Exception:
        if self._expected.resumable and self._expected.size:
            return LaterError(Reason.CUT_OFF)
        return QuarantineError(reason)


def with_head(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, as many as are looked at, and all pieces."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return head[:HEAD_BYTES], chain([head], pieces)
