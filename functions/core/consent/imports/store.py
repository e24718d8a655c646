"""What imports need of the stores: their records, and a machine to run them."""

from collections.abc import Sequence
from typing import Protocol

from functions.core.consent.imports.model import (
    Chunk,
    Counts,
    Import,
    Layout,
    Part,
    Reasons,
    Result,
    State,
)


class ImportStore(Protocol):
    def create(self, begun: Import) -> bool:
        """False when there is one of this id."""

    def load(self, import_id: str) -> Import | None: ...

    def add_part(self, import_id: str, number: int, part: Part) -> bool:
        """False when it takes no more."""

    def start(self, import_id: str, *, after: int, now_ms: int) -> bool:
        """Its next attempt begins; False when that has happened since attempt `after`."""

    def plan(self, import_id: str, layout: Layout, chunks: Sequence[Chunk]) -> None:
        """Only the first plan of an import counts."""

    def chunks(self, import_id: str) -> list[Chunk]:
        """As they were planned."""

    def report(self, import_id: str, chunk: int, results: Sequence[Result]) -> None:
        """What became of a chunk's rows; only the first report counts."""

    def counts(self, import_id: str) -> dict[int, Counts]:
        """Of every chunk that has its report."""

    def results(self, import_id: str, chunk: int) -> list[Result]: ...

    def finish(self, import_id: str, state: State, *, now_ms: int, problems: Reasons = ()) -> bool:
        """Running → `state`; False when it is not running."""


class Machine(Protocol):
    def start(self, import_id: str, attempt: int) -> None:
        """Run the workflow for this attempt; repeating is harmless."""
