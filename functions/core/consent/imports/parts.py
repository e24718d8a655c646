"""The file that is imported: parts of it, each sealed in the exports bucket, read as one."""

import itertools
from collections.abc import Callable, Iterator, Mapping

from functions.core.archive.exports.files import Files
from functions.core.consent.imports.model import Import, Part, import_key


def key_of(name: str) -> str:
    """The content key of an object, for `Files`."""
    return import_key(name.split("/")[1])


class Parts:
    """`files` must take its keys from `key_of`."""

    def __init__(self, files: Files, *, new_id: Callable[[], str]) -> None:
        self._files = files
        self._new_id = new_id

    def put(self, import_id: str, number: int, content: bytes) -> Part:
        """Under a name of its own: what was planned already never changes."""
        part = Part(f"imports/{import_id}/{number}-{self._new_id()}", len(content))
        self._files.write(part.object, content)
        return part

    def read(self, started: Import) -> Iterator[bytes]:
        """The whole file, piece by piece."""
        for _, part in sorted(started.parts.items()):
            yield from self._files.read(part.object)

    def read_range(self, started: Import, start: int, end: int) -> Iterator[bytes]:
        """Bytes `start` to `end` of the file, the end not included, part by part."""
        for begin, part in _placed(started.parts):
            first, last = max(start - begin, 0), min(end - begin, part.size) - 1
            if first <= last:
                yield self._files.read_range(part.object, first, last, size=part.size)


def _placed(parts: Mapping[int, Part]) -> Iterator[tuple[int, Part]]:
    """Parts in order, each with the place of its first byte in the file."""
    ordered = [part for _, part in sorted(parts.items())]
    return zip(itertools.accumulate((p.size for p in ordered), initial=0), ordered, strict=False)
