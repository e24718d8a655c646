"""The whole archive, gone through once: is everything there, unchanged, locked, and nothing else?

Names sort by day, shard and sequence number, so one pass in order follows every chain with only
the last manifest of each shard in memory. Standard library only.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from functions.core.archive.chain import Chain, midnight
from functions.core.archive.check import Finding, Manifest, manifest_from, segment_findings
from functions.core.archive.model import Record
from functions.core.archive.segment import (
    MANIFEST_ENDING,
    SEGMENT_ENDING,
    Head,
    manifest_name,
    shard_of,
)

# beside the archive of messages: proofs that the keys of an epoch are gone, what retention took,
# the ledger of erasures
_PROOF = re.compile(
    r"(?:proofs|dispositions|erasures)/[A-Za-z0-9_/-]+-(?P<digest>[0-9a-f]{64})\.json"
)

_STRENGTH = {"GOVERNANCE": 1, "COMPLIANCE": 2}


@dataclass(frozen=True)
class Lock:
    """`until` None: not locked."""

    mode: str
    until: datetime | None


@dataclass(frozen=True)
class Entry:
    """`versions`: how often it was written. `hidden`: deleted, which the first version outlives.

    `recent`: written so lately that its writer may still be at work.
    """

    name: str
    versions: int = 1
    hidden: bool = False
    recent: bool = False


class Files(Protocol):
    def entries(self) -> Iterator[Entry]:
        """Everything there is, in the order of names."""

    def read(self, name: str) -> tuple[bytes, Lock | None] | None:
        """The first version; the lock is None where there are none, as in a folder."""


@dataclass
class Report:
    """`notes`: what is worth knowing and no fault."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    shards: int = 0
    segments: int = 0
    objects: int = 0
    proofs: int = 0
    bytes: int = 0


def verify(
    files: Files, *, heads: Mapping[str, Head] | None = None, now: datetime | None = None
) -> Report:
    """`heads`: how far each shard reaches, as read before; without them a cut-off end is not seen.

    `now`: what is past its retention by then may be gone.
    """
    return _Walk(files, now or datetime.now(UTC)).run(heads or {})


class _Walk:
    def __init__(self, files: Files, now: datetime) -> None:
        self._files = files
        self._report = Report()
        self._chain = Chain(now=now)
        self._objects: dict[str, Entry] = {}
        self._named: set[str] = set()
        self._unread = 0  # segments whose records nobody can tell

    def run(self, heads: Mapping[str, Head]) -> Report:
        for group in _grouped(self._sorted_out()):
            self._pair(group)
        for name in sorted(self._objects.keys() - self._named):
            self._unnamed(self._objects[name])
        for shard, head in sorted(heads.items()):
            self._report.findings += self._chain.ends(shard, head)
        self._report.notes += self._chain.notes
        self._report.shards = len(self._chain.last)
        return self._report

    def _sorted_out(self) -> Iterator[Entry]:
        """Segments and manifests; large objects are kept for later, anything else is extra."""
        for entry in self._files.entries():
            if entry.versions > 1:
                self._found(
                    "extra", entry.name, f"written {entry.versions} times; the first is read"
                )
            if entry.hidden:
                self._found(
                    "missing", entry.name, "hidden by a delete marker; still stored below it"
                )
            if proof := _PROOF.fullmatch(entry.name):
                self._proof(entry.name, proof["digest"])
            elif entry.name.startswith("objects/"):
                self._objects[entry.name] = entry
            elif _is_in_place(entry.name):
                yield entry
            else:
                self._found("extra", entry.name, "nothing of the archive has such a name")

    def _proof(self, name: str, digest: str) -> None:
        """Of the end of an epoch, or of what went: it stands for itself, locked like everything."""
        data, lock = self._files.read(name) or (b"", None)
        if sha256(data).hexdigest() != digest:
            self._found("changed", name, "not what its name says")
        if lock is not None and lock.until is None:
            self._found("shortened", name, "it is not locked")
        self._report.proofs += 1

    def _pair(self, entries: list[Entry]) -> None:
        names = {entry.name: entry for entry in entries}
        manifests = [name for name in names if name.endswith(MANIFEST_ENDING)]
        if manifests:
            self._manifest(manifests[0], names)
            return
        (entry,) = entries
        if entry.recent:
            self._report.notes.append(f"{entry.name} was just written and has no manifest yet")
            return
        self._unread += 1
        self._found("extra", entry.name, "no manifest vouches for it")

    def _manifest(self, name: str, names: Mapping[str, Entry]) -> None:
        data, lock = self._files.read(name) or (b"", None)
        manifest = manifest_from(name, data)
        if not manifest.told:
            self._unread += 1
            self._found("changed", name, "it is not a manifest of this place")
            return
        self._locked(name, lock, manifest)
        self._report.findings += self._chain.follow(manifest)
        self._segment(manifest, names)

    def _segment(self, manifest: Manifest, names: Mapping[str, Entry]) -> None:
        name = manifest.told["segment"]
        found = self._files.read(name) if name in names else None
        if found is None:
            self._unread += 1
            records = manifest.told["records"]
            self._found("missing", name, f"a segment; records in it: {records}")
            return
        data, lock = found
        self._locked(name, lock, manifest)
        self._report.segments += 1
        self._report.bytes += len(data)
        before = self._report.kinds.total()
        self._report.findings += segment_findings(
            manifest, data, lambda record: self._record(record, manifest)
        )
        self._unread += self._report.kinds.total() == before

    def _record(self, record: Record, manifest: Manifest) -> None:
        self._report.kinds[record["kind"]] += 1
        name = record.get("content", {}).get("object")
        if name is None:
            return
        self._named.add(name)
        found = self._files.read(name) if name in self._objects else None
        if found is None:
            self._found("missing", name, f"record {record['id']} names it")
            return
        data, lock = found
        self._locked(name, lock, manifest)
        self._report.objects += 1
        self._report.bytes += len(data)
        if sha256(data).hexdigest() != record.get("content_sha256"):
            self._found("changed", name, f"not what record {record['id']} vouches for")

    def _locked(self, name: str, lock: Lock | None, manifest: Manifest) -> None:
        if lock is None:
            return
        told, mode = _time(manifest.told["retain_until"]), manifest.told["lock_mode"]
        if lock.until is None:
            self._found("shortened", name, "it is not locked")
        elif lock.until < told:
            self._found("shortened", name, f"locked until {_iso(lock.until)}, not {_iso(told)}")
        elif _STRENGTH.get(lock.mode, 0) < _STRENGTH.get(mode, 0):
            self._found("shortened", name, f"locked in mode {lock.mode}, not {mode}")

    def _unnamed(self, entry: Entry) -> None:
        if self._unread or entry.recent:
            self._report.notes.append(f"{entry.name}: no record that could be read names it")
        else:
            self._found("extra", entry.name, "no record names it")

    def _found(self, kind: str, name: str, detail: str) -> None:
        self._report.findings.append(Finding(kind, name, detail))


def _grouped(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """A manifest with its segment: they sort next to each other."""
    group: list[Entry] = []
    for entry in entries:
        if group and _stem(group[0].name) != _stem(entry.name):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _stem(name: str) -> str:
    return name if name.endswith(MANIFEST_ENDING) else manifest_name(name)


def _is_in_place(name: str) -> bool:
    """As in segments/YYYY/MM/DD/<shard>/<number>.manifest.json, and beside it .ndjson.gz."""
    try:
        midnight(name)
    except ValueError:
        return False
    shape = name.startswith("segments/") and shard_of(name) != ""
    return shape and name.endswith((SEGMENT_ENDING, MANIFEST_ENDING))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
