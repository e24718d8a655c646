"""Where the files of a log come from. What implements this travels to worker processes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    def read(self, name: str) -> bytes | None:
        """None: it is not there."""

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        """The same for many, in their order."""

    def names(self, prefix: str) -> list[str]:
        """Of all files whose name begins so."""

    def versions(self, name: str) -> Iterator[tuple[str, bytes]]:
        """What was under this name before, the oldest first, each under a name to tell it by."""


@dataclass(frozen=True)
class Folder:
    """A copy of the bucket, as `aws s3 sync` makes it."""

    root: Path

    def read(self, name: str) -> bytes | None:
        try:
            return (self.root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        return map(self.read, names)

    def names(self, prefix: str) -> list[str]:
        folder, _, begin = prefix.rpartition("/")
        where = self.root / folder
        if not where.is_dir():
            return []
        found = (path for path in where.rglob(f"{begin}*") if path.is_file())
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def versions(self, name: str) -> Iterator[tuple[str, bytes]]:  # noqa: ARG002 - it has none
        return iter(())
