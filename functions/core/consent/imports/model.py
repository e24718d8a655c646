"""An import: what was asked for, where it stands, what became of its rows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from functions.core.consent.vocabulary import Method, Purpose


class State(StrEnum):
    OPEN = "open"  # takes parts
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"  # the file as a whole cannot be read
    FAILED = "failed"  # by a fault of ours; may be started again


class Outcome(StrEnum):
    """Of a row. `repeated`: the same was recorded before, by another row or import."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What holds for every row that does not say otherwise. `notice`: id, version, language."""

    purpose: Purpose | None = None
    notice: tuple[str, str, str] | None = None
    method: Method = Method.IMPORT


@dataclass(frozen=True)
class Part:
    """`object`: its name in the bucket; a part that is sent again is another object."""

    object: str
    size: int


@dataclass(frozen=True)
class Chunk:
    """Rows that one run of the worker reads: bytes `start` to `end`, the end not included.

    `row`: the number of the first; the header is row 1, as spreadsheets count. `rows`: how many
    that are not blank.
    """

    number: int
    row: int
    rows: int
    start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """How the file is written: its delimiter and its columns from left to right."""

    delimiter: str
    columns: tuple[str, ...]


Reasons = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Result:
    """Of one row. `reasons`: by field, when it was refused; never a value of the row."""

    row: int
    outcome: Outcome
    reasons: Reasons = ()


@dataclass(frozen=True)
class Counts:
    recorded: int = 0
    repeated: int = 0
    refused: int = 0

    @property
    def rows(self) -> int:
        return self.recorded + self.repeated + self.refused

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.recorded + other.recorded,
            self.repeated + other.repeated,
            self.refused + other.refused,
        )


def counted(results: Sequence[Result]) -> Counts:
    outcomes = [result.outcome for result in results]
    return Counts(*(outcomes.count(each) for each in Outcome))


@dataclass(frozen=True, kw_only=True)
class Import:
    """`attempt`: how often it was started. `rows`: of the whole file, once it is planned."""

    id: str
    state: State
    client: str
    created_ms: int
    body_digest: str
    defaults: Defaults
    parts: Mapping[int, Part] = field(default_factory=dict)
    attempt: int = 0
    started_ms: int | None = None
    finished_ms: int | None = None
    layout: Layout | None = None
    rows: int | None = None
    problems: Reasons = ()


def import_key(import_id: str) -> str:
    """The content key under which its parts are sealed."""
    return f"import~{import_id}"
