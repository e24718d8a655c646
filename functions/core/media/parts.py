"""Parts of an upload on their way: sealed for transit, each an object of its own."""

from collections.abc import Iterator
from typing import Protocol

from functions.core.media.objects import Objects


class Sealer(Protocol):
    def seal(self, purpose: str, content: bytes) -> bytes: ...


class Opener(Protocol):
    def open(self, purpose: str, sealed: bytes) -> bytes: ...


def part_name(media_id: str, number: int) -> str:
    """Also what the part is sealed for: it opens in no other place."""
    return f"uploads/{media_id}/{number}"


class NewParts:
    def __init__(self, *, objects: Objects, sealer: Sealer) -> None:
        self._objects = objects
        self._sealer = sealer

    def put(self, media_id: str, number: int, content: bytes) -> None:
        """Again is harmless: the last one stays."""
        name = part_name(media_id, number)
        sealed = self._sealer.seal(name, content)
        with self._objects.writing(name, once=False) as out:
            out.write(sealed)
            out.commit()


class StoredParts:
    def __init__(self, *, objects: Objects, opener: Opener) -> None:
        self._objects = objects
        self._opener = opener

    def stream(self, media_id: str, count: int) -> Iterator[bytes]:
        """In order; one part in memory at a time."""
        for number in range(1, count + 1):
            name = part_name(media_id, number)
            yield self._opener.open(name, b"".join(self._objects.pieces(name, 0)))

    def remove(self, media_id: str, count: int) -> None:
        for number in range(1, count + 1):
            self._objects.delete(part_name(media_id, number))
