"""From a stream of bytes to a sealed object, and back. Memory holds one part and one frame."""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.core.content.frames import FRAME, HEADER_BYTES, SEALED_FRAME, sealed_range
from functions.core.content.keyring import KeyRing
from functions.core.media.inspection import Inspection, Seen, with_head
from functions.core.media.model import Reason, object_binding, object_name
from functions.core.media.objects import Objects


@dataclass(frozen=True)
class Kept:
    """`object`: its name. `doubt`: why it lies in quarantine, if it does."""

    object: str
    seen: Seen
    doubt: Reason | None


class Keeper:
    def __init__(self, *, ring: KeyRing, objects: Objects) -> None:
        self._ring = ring
        self._objects = objects

    def keep(
        self, media_id: str, key_id: str, pieces: Iterator[bytes], inspection: Inspection
    ) -> Kept:
        """Nothing stays of what does not pass, but for what goes into quarantine.

        The name follows from the medium: whoever stores it twice, or at once, stores it once.
        """
        head, pieces = with_head(pieces)
        doubt = inspection.begin(head)
        name = object_name(media_id, quarantined=doubt is not None)
        sealer = self._ring.stream_sealer(key_id, object_binding(name))
        with self._objects.writing(name, once=True) as out:
            out.write(sealer.header)
            for piece in pieces:
                inspection.update(piece)
                out.write(sealer.update(piece))
            seen = inspection.finish()
            out.write(sealer.finish())
            out.commit()
        return Kept(name, seen, doubt)

    def opened(self, name: str, key_id: str) -> Iterator[bytes]:
        """The whole content, frame by frame."""
        header = self._objects.read(name, 0, HEADER_BYTES - 1)
        opener = self._ring.stream_opener(key_id, object_binding(name), header)
        yield from opener.stream(self._objects.pieces(name, HEADER_BYTES))

    def opened_range(self, name: str, key_id: str, *, first: int, last: int, size: int) -> bytes:
        """Bytes `first` to `last` of the content, both included; `size`: of the whole content."""
        begin, end = first // FRAME, last // FRAME
        final = (size - 1) // FRAME
        content = bytearray()
        header = self._objects.read(name, 0, HEADER_BYTES - 1)
        opener = self._ring.stream_opener(key_id, object_binding(name), header)
        sealed = self._objects.read(name, *sealed_range(begin, end))
        for index in range(begin, end + 1):
            at = (index - begin) * SEALED_FRAME
            frame = sealed[at : at + SEALED_FRAME]
            content += opener.open(index, frame, last=index == final)
        return bytes(memoryview(content)[first - begin * FRAME : last - begin * FRAME + 1])
