"""Objects of the media bucket under another key: a copy beside the original, which then goes."""

from functions.core.content.frames import HEADER_BYTES
from functions.core.content.keyring import KeyRing
from functions.core.conversations.blobs import blob_binding
from functions.core.media.model import object_binding
from functions.core.media.objects import Objects


class Copying:
    """The copy has a name of its own: a run that dies finds either, each under its own key."""

    def __init__(self, *, objects: Objects, ring: KeyRing) -> None:
        self._objects = objects
        self._ring = ring

    def update(self, name: str, *, old: str, new: str) -> str:
        copy = _copied(name, new)
        sealed = b"".join(self._objects.pieces(name, 0))
        body = self._ring.open(old, blob_binding(name), sealed)
        with self._objects.writing(copy, once=False) as out:
            out.write(self._ring.seal(new, blob_binding(copy), body))
            out.commit()
        return copy

    def file(self, name: str, *, old: str, new: str) -> str:
        copy = _copied(name, new)
        header = self._objects.read(name, 0, HEADER_BYTES - 1)
        opener = self._ring.stream_opener(old, object_binding(name), header)
        sealer = self._ring.stream_sealer(new, object_binding(copy))
        with self._objects.writing(copy, once=False) as out:
            out.write(sealer.header)
            for piece in opener.stream(self._objects.pieces(name, HEADER_BYTES)):
                out.write(sealer.update(piece))
            out.write(sealer.finish())
            out.commit()
        return copy

    def erase(self, name: str) -> None:
        self._objects.erase(name)


def _copied(name: str, key_id: str) -> str:
    """`~` is in no name that others make."""
    return f"{name}~{key_id.partition('~')[2]}"
