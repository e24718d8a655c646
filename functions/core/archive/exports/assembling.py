"""Putting the parts together: one file for programs, one for people."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from functions.core.archive.exports import policy
from functions.core.archive.exports.collecting import part_name, summary_name
from functions.core.archive.exports.entries import Entry, entry_of, group_of
from functions.core.archive.exports.errors import ExportTooLargeError, NotPlannedError
from functions.core.archive.exports.files import Files, Sink
from functions.core.archive.exports.model import Export, File, State, reason_binding
from functions.core.archive.exports.people import People
from functions.core.archive.exports.pictures import Pictures
from functions.core.archive.exports.planning import ends_name
from functions.core.archive.exports.scratch import Scratch
from functions.core.archive.exports.store import ExportStore
from functions.core.archive.transcript.page import Transcript
from functions.core.content.keyring import KeyRing
from functions.core.conversations.read_facts import moment_of

Json = dict[str, Any]

FORMAT = 1
_MOST_FINDINGS = 100  # in the record of the export; its files name all of them


class Assembler:
    def __init__(
        self,
        *,
        store: ExportStore,
        files: Files,
        ring: KeyRing,
        people: People,
        pictures: Callable[[], Pictures],
        new_run: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._files = files
        self._ring = ring
        self._people = people
        self._pictures = pictures
        self._new_run = new_run
        self._now = now

    def assemble(self, export_id: str) -> Export:
        """Done twice, the first result counts."""
        export = self._load(export_id)
        if export.state is not State.RUNNING:
            return export
        completeness, size = self._completeness(export)
        if size > policy.number("export", "largest"):
            raise ExportTooLargeError("ask for a shorter period")
        with Scratch(self._ring, export_id) as scratch:
            counts = self._sort(export, scratch)
            files = self._write(export, scratch, counts, completeness)
        told = {**completeness, "findings": completeness["findings"][:_MOST_FINDINGS]}
        self._store.finished(export_id, files=files, counts=counts, completeness=told)
        return self._load(export_id)

    def _load(self, export_id: str) -> Export:
        export = self._store.load(export_id)
        if export is None or export.run is None:
            raise NotPlannedError("this export has no plan")
        return export

    def _completeness(self, export: Export) -> tuple[Json, int]:
        """What reading found, and how many bytes of content were read for this export."""
        total: Counter[str] = Counter()
        closed: Counter[str] = Counter()
        findings: list[str] = []
        for part in range(export.parts):
            summary = self._json(summary_name(export.id, str(export.run), part))
            total.update({n: summary[n] for n in ("segments", "read", "kept", "bytes")})
            closed.update(summary["closed"])
            findings += summary["findings"]
        for name in self._json(ends_name(export.id, str(export.run))):
            findings.append(f"missing: {name}: the last one archived in its shard")
        refused = closed["refused"] + closed["missing"]
        told = {
            "complete": not findings and not refused,
            "segments": total["segments"],
            "records_read": total["read"],
            "records_exported": total["kept"],
            "contents_destroyed": closed["destroyed"],
            "contents_unreadable": refused,
            "gaps": len(findings),
            "findings": findings,
        }
        return told, total["bytes"]

    def _json(self, name: str) -> Any:
        return json.loads(b"".join(self._files.read(name)))

    def _sort(self, export: Export, scratch: Scratch) -> Counter[str]:
        for part in range(export.parts):
            for line in self._files.lines(part_name(export.id, str(export.run), part)):
                scratch.add(group_of(json.loads(line)), line)
        counts: Counter[str] = Counter()
        for about, records in scratch.groups():
            entry = entry_of(about, records, export.scope)
            if entry is not None:
                scratch.put(entry)
                counts.update(_counted(entry))
        return counts

    def _write(
        self, export: Export, scratch: Scratch, counts: Mapping[str, int], completeness: Json
    ) -> list[File]:
        head = {
            "format": FORMAT,
            "export": self._about(export),
            "completeness": completeness,
            "counts": dict(counts),
        }
        names = {name: f"{export.id}/{self._new_run()}/{name}" for name in _FILES}
        with (
            self._files.writing(names["export.json"]) as document,
            self._files.writing(names["transcript.html"]) as page,
        ):
            transcript = Transcript(page.write, self._pictures())
            transcript.begin(head)
            document.write(json.dumps(head, indent=1)[:-2].encode() + b',\n "entries": [')
            self._entries(export, scratch, document, transcript)
            document.write(b"\n]}\n")
            transcript.end()
        sinks: dict[str, Sink] = {"export.json": document, "transcript.html": page}
        return [
            File(name=name, object=names[name], size=sink.size, sha256=sink.sha256)
            for name, sink in sinks.items()
        ]

    def _entries(
        self, export: Export, scratch: Scratch, document: Sink, transcript: Transcript
    ) -> None:
        separator = b"\n"
        for section in scratch.sections():
            transcript.section(self._people.of_section(section, export.scope))
            for entry, later, earlier in scratch.entries(section):
                document.write(separator + json.dumps(_shown(entry)).encode())
                separator = b",\n"
                transcript.entry(entry, later=later, earlier=earlier)

    def _about(self, export: Export) -> Json:
        reason = self._ring.open(export.key, reason_binding(export.id), export.sealed_reason)
        scope = export.scope
        return {
            "id": export.id,
            "asked_at": moment_of(export.created_ms),
            "made_at": self._now().astimezone(UTC).isoformat(timespec="seconds"),
            "reason": reason.decode(),
            "contact_id": scope.contact_id,
            "phone_number_id": scope.phone_number_id,
            "from": moment_of(scope.from_ms) if scope.from_ms is not None else None,
            "to": moment_of(scope.to_ms) if scope.to_ms is not None else None,
            "people": self._people.in_scope(scope),
        }


_FILES = ("export.json", "transcript.html")


def _shown(entry: Mapping[str, Any]) -> Json:
    """Names of keys and objects are of no use outside."""
    media = [{n: v for n, v in one.items() if n not in ("key", "object")} for one in entry["media"]]
    return {**entry, "media": media}


def _counted(entry: Entry) -> Iterator[str]:
    yield {"message": "messages", "account": "account_updates"}.get(entry.told["entry"], "others")
    yield from ["media"] * len(entry.told["media"])
