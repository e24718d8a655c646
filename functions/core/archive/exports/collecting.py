"""Reading one part of the archive: every segment verified, what belongs to the export opened."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from functions.core.archive.chain import Chain
from functions.core.archive.check import Finding, Manifest, manifest_from, segment_findings
from functions.core.archive.exports.errors import NotPlannedError
from functions.core.archive.exports.files import Files, Sink
from functions.core.archive.exports.model import Scope
from functions.core.archive.exports.planning import plan_name
from functions.core.archive.exports.store import Plans, Shelf
from functions.core.archive.model import Record
from functions.core.archive.segment import MANIFEST_ENDING, manifest_name


@dataclass
class Summary:
    """Of one part. `read`: records gone through; `kept`: those of them that are exported."""

    segments: int = 0
    read: int = 0
    kept: int = 0
    bytes: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


class Opens(Protocol):
    def open(self, records: Sequence[Record]) -> Iterator[Record]:
        """Those of the records that are kept, opened."""


class Collector:
    def __init__(
        self,
        *,
        store: Plans,
        files: Files,
        shelf: Shelf,
        opener: Opens,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._files = files
        self._shelf = shelf
        self._opener = opener
        self._now = now

    def collect(self, export_id: str, part: int) -> Summary:
        export = self._store.load(export_id)
        if export is None or export.run is None:
            raise NotPlannedError("this export has no plan")
        plan = json.loads(b"".join(self._files.read(plan_name(export_id, export.run, part))))
        summary = Summary()
        with self._files.writing(part_name(export_id, export.run, part)) as sink:
            for finding in self._run(plan, export.scope, sink, summary):
                summary.findings.append(str(finding))
        told = json.dumps(vars(summary)).encode()
        self._files.write(summary_name(export_id, export.run, part), told)
        return summary

    def _run(
        self, plan: Mapping[str, Any], scope: Scope, sink: Sink, summary: Summary
    ) -> Iterator[Finding]:
        chain = Chain(now=self._now(), last=self._before(plan["before"]), since=plan["since"])
        for name, names in groupby(plan["names"], _manifest_of):
            pair = set(names)
            if name not in pair:
                continue  # without a manifest it is no part of the archive; `verify` tells of it
            manifest = manifest_from(name, self._shelf.read(name) or b"")
            if not manifest.told:
                yield Finding("changed", name, "it is not a manifest of this place")
                continue
            yield from chain.follow(manifest)
            yield from self._segment(manifest, scope, sink, summary)

    def _before(self, names: Mapping[str, str]) -> dict[str, Manifest]:
        found = {s: manifest_from(n, self._shelf.read(n) or b"") for s, n in names.items()}
        return {shard: manifest for shard, manifest in found.items() if manifest.told}

    def _segment(
        self, manifest: Manifest, scope: Scope, sink: Sink, summary: Summary
    ) -> Iterator[Finding]:
        data = self._shelf.read(manifest.told["segment"])
        if data is None:
            yield Finding(
                "missing",
                manifest.told["segment"],
                f"a segment; records in it: {manifest.told['records']}",
            )
            return
        wanted: list[Record] = []

        def visit(record: Record) -> None:
            summary.read += 1
            if scope.may_concern(record):
                wanted.append(record)

        yield from segment_findings(manifest, data, visit)
        summary.segments += 1
        self._write(self._opener.open(wanted), sink, summary)

    def _write(self, records: Iterable[Record], sink: Sink, summary: Summary) -> None:
        for record in records:
            summary.closed.update(closed["why"] for closed in record["closed"].values())
            data = json.dumps(record, separators=(",", ":")).encode() + b"\n"
            summary.kept += 1
            summary.bytes += len(data)
            sink.write(data)


def _manifest_of(name: str) -> str:
    return name if name.endswith(MANIFEST_ENDING) else manifest_name(name)


def part_name(export_id: str, run: str, part: int) -> str:
    return f"{export_id}/{run}/part/{part:05d}"


def summary_name(export_id: str, run: str, part: int) -> str:
    return f"{export_id}/{run}/summary/{part:05d}"
