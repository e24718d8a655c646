"""Cutting what is to be read into parts, each about as much as one run of the worker takes."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from functions.core.archive.exports import policy
from functions.core.archive.exports.errors import UnknownExportError
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.model import Export, Scope
from functions.core.archive.exports.store import Plans, Shelf
from functions.core.archive.segment import MANIFEST_ENDING, shard_of
from functions.core.archive.store import Heads


@dataclass
class _Part:
    """`before`: the manifests of its shards on which its first ones must follow."""

    names: list[str] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    shards: set[str] = field(default_factory=set)
    size: int = 0
    segments: int = 0

    def add(self, name: str, size: int, last: Mapping[str, str]) -> None:
        shard = shard_of(name)
        if shard not in self.shards and shard in last:
            self.before[shard] = last[shard]
        self.shards.add(shard)
        self.names.append(name)
        self.size += size
        self.segments += not name.endswith(MANIFEST_ENDING)

    @property
    def is_full(self) -> bool:
        most, most_segments = (policy.number("export", n) for n in ("part", "part_segments"))
        return self.size >= most or self.segments >= most_segments


class Planner:
    def __init__(
        self,
        *,
        store: Plans,
        files: Files,
        shelf: Shelf,
        heads: Heads,
        new_run: Callable[[], str],
    ) -> None:
        self._store = store
        self._files = files
        self._shelf = shelf
        self._heads = heads
        self._new_run = new_run

    def plan(self, export_id: str) -> Export:
        """The same plan however often it is asked for."""
        export = self._load(export_id)
        if export.run is None:
            run = self._new_run()
            parts = self._cut(export, run)
            self._store.planned(export_id, run, parts)
            export = self._load(export_id)
        return export

    def _load(self, export_id: str) -> Export:
        export = self._store.load(export_id)
        if export is None:
            raise UnknownExportError("no such export")
        return export

    def _cut(self, export: Export, run: str) -> int:
        """Heads are read before names: whatever is archived meanwhile lies beyond them."""
        since, count = first_name(export.scope), 0
        heads = {s: h.manifest for s, h in self._heads.all().items() if h.manifest >= since}
        last: dict[str, str] = {}
        for part in self._parts(since, last):
            told = {"since": since, "names": part.names, "before": part.before}
            self._write(plan_name(export.id, run, count), told)
            count += 1
        missing = [name for shard, name in sorted(heads.items()) if last.get(shard, "") < name]
        self._write(ends_name(export.id, run), missing)
        return count

    def _parts(self, since: str, last: dict[str, str]) -> Iterator[_Part]:
        """`last` is filled with the last manifest of each shard. A pair stays in one part."""
        part = _Part()
        for name, size in self._shelf.names(after=since):
            is_manifest = name.endswith(MANIFEST_ENDING)
            if is_manifest and part.is_full:
                yield part
                part = _Part()
            part.add(name, size, last)
            if is_manifest:
                last[shard_of(name)] = name
        if part.names:
            yield part

    def _write(self, name: str, told: Any) -> None:
        self._files.write(name, json.dumps(told).encode())


def first_name(scope: Scope) -> str:
    """Nothing that belongs to the export has a name before this one."""
    if scope.from_ms is None:
        return "segments/"
    from_ms = max(0, scope.from_ms - policy.number("export", "margin") * policy.DAY_MS)
    return datetime.fromtimestamp(from_ms / 1000, UTC).strftime("segments/%Y/%m/%d/")


def plan_name(export_id: str, run: str, part: int) -> str:
    return f"{export_id}/{run}/plan/{part:05d}"


def ends_name(export_id: str, run: str) -> str:
    return f"{export_id}/{run}/plan/ends"
