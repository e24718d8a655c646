"""What a check of the log found: the kinds of docs/audit-format.md, each with its place."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# of one kind, so many are told in full; the others are counted
_MOST = 100

LATE = timedelta(minutes=15)
AHEAD = timedelta(minutes=5)
BEHIND = timedelta(hours=26)


class Kind(StrEnum):
    MALFORMED = "malformed"
    WRONG_KEY = "wrong-key"
    MISSING = "missing"
    FLIPPED = "flipped"
    DROPPED = "dropped"
    SWAPPED = "swapped"
    INSERTED = "inserted"
    REWRITTEN = "rewritten"
    TRUNCATED = "truncated"
    REPLAYED = "replayed"
    FORKED = "forked"
    BACKDATED = "backdated"
    GAP = "gap"
    BROKEN = "broken"
    WRITER_MISSING = "writer-missing"
    SILENT = "silent"
    UNWITNESSED = "unwitnessed"


@dataclass(frozen=True)
class Finding:
    """`place`: a file, `entry <index>` or a writer."""

    kind: Kind
    place: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}: {self.detail}"


@dataclass
class Report:
    """`notes`: what is worth knowing and no fault. `first`, `last`: times of batches."""

    origin: str = ""
    size: int = 0
    root: bytes = b""
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: Counter[Kind] = field(default_factory=Counter)
    entries: int = 0
    batches: int = 0
    writers: int = 0
    first: datetime | None = None
    last: datetime | None = None

    @property
    def kinds(self) -> set[Kind]:
        return set(self.counts)

    def found(self, kind: Kind, place: str, detail: str) -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= _MOST:
            self.findings.append(Finding(kind, place, detail))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def closed(self) -> "Report":
        for kind, count in self.counts.items():
            if count > _MOST:
                self.note(f"{count - _MOST} more findings of the kind {kind} are not listed")
        return self


def entry(index: int) -> str:
    return f"entry {index}"


def moment(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone(UTC)
