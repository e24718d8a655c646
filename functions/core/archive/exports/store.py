"""What exports need of the stores: their records, the archive to read, a machine to run them."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from functions.core.archive.exports.model import Export, File


class Plans(Protocol):
    """What planning and collecting need to know."""

    def load(self, export_id: str) -> Export | None: ...

    def planned(self, export_id: str, run: str, parts: int) -> bool:
        """Only the first plan of an export counts; False for every other."""


class ExportStore(Plans, Protocol):
    def create(self, export: Export) -> bool:
        """False when there is one of this id."""

    def finished(
        self, export_id: str, *, files: Sequence[File], counts: Any, completeness: Any
    ) -> bool:
        """Running → ready; False when it is not running any more."""

    def failed(self, export_id: str, error: str) -> bool:
        """Running → failed."""

    def take(self, export_id: str, index: int, start: int, end: int) -> bool:
        """Bytes `start` to `end` of a file, both included: each is given once, in order."""


class Shelf(Protocol):
    """The archive, to be read."""

    def names(self, *, after: str) -> Iterator[tuple[str, int]]:
        """Names in order and sizes of segments and manifests that sort after `after`."""

    def read(self, name: str) -> bytes | None: ...


class Machine(Protocol):
    def start(self, export_id: str) -> None:
        """Run the workflow of this export; repeating is harmless."""
