"""Objects in the exports bucket: whatever is in them is sealed under the export's own key."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from functions.core.archive.exports.model import export_key, object_binding
from functions.core.content.frames import (
    FRAME,
    HEADER_BYTES,
    SEALED_FRAME,
    FrameSealer,
    sealed_range,
)
from functions.core.content.keyring import KeyRing
from functions.core.media.objects import Objects, Writing


class Sink:
    """What is written into it goes through the sealer into the bucket, piece by piece."""

    def __init__(self, sealer: FrameSealer, out: Writing) -> None:
        self._sealer, self._out = sealer, out
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self._hash.update(data)
        self.size += len(data)
        self._out.write(self._sealer.update(data))

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Files:
    """`key_of`: the content key of an object; of an export's, its name begins with the id."""

    def __init__(
        self, *, ring: KeyRing, objects: Objects, key_of: Callable[[str], str] | None = None
    ) -> None:
        self._ring = ring
        self._objects = objects
        self._key_of = key_of or _key_of

    @contextmanager
    def writing(self, name: str) -> Iterator[Sink]:
        """The object appears when the block ends well; written again, it is replaced."""
        sealer = self._ring.stream_sealer(self._key_of(name), object_binding(name))
        with self._objects.writing(name, once=False) as out:
            out.write(sealer.header)
            sink = Sink(sealer, out)
            yield sink
            out.write(sealer.finish())
            out.commit()

    def write(self, name: str, data: bytes) -> None:
        with self.writing(name) as sink:
            sink.write(data)

    def read(self, name: str) -> Iterator[bytes]:
        """The content, piece by piece."""
        header = self._objects.read(name, 0, HEADER_BYTES - 1)
        opener = self._ring.stream_opener(self._key_of(name), object_binding(name), header)
        return opener.stream(self._objects.pieces(name, HEADER_BYTES))

    def lines(self, name: str) -> Iterator[bytes]:
        """The content, line by line, without the line ends."""
        waiting = bytearray()
        for piece in self.read(name):
            waiting += piece
            *whole, rest = waiting.split(b"\n")
            yield from (bytes(line) for line in whole)
            waiting = rest
        if waiting:
            yield bytes(waiting)

    def read_range(self, name: str, first: int, last: int, *, size: int) -> bytes:
        """Bytes `first` to `last`, both included, of a content of `size` bytes."""
        header = self._objects.read(name, 0, HEADER_BYTES - 1)
        opener = self._ring.stream_opener(self._key_of(name), object_binding(name), header)
        begin, end, final = first // FRAME, last // FRAME, (size - 1) // FRAME
        sealed = self._objects.read(name, *sealed_range(begin, end))
        content = bytearray()
        for index in range(begin, end + 1):
            at = (index - begin) * SEALED_FRAME
            content += opener.open(index, sealed[at : at + SEALED_FRAME], last=index == final)
        return bytes(content[first - begin * FRAME : last - begin * FRAME + 1])


def _key_of(name: str) -> str:
    return export_key(name.partition("/")[0])
