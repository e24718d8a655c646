"""Putting parts together: what tables and archive know of a thing in one place, others redacted.

On disk everything is sealed under the request's key; memory holds one thing at a time.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from functions.core.archive.exports import policy
from functions.core.archive.exports.collecting import part_name, summary_name
from functions.core.archive.exports.entries import Entry, entry_of, group_of, refers_of
from functions.core.archive.exports.errors import ExportTooLargeError
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.planning import ends_name
from functions.core.archive.exports.scratch import Scratch
from functions.core.consent.controller import Controller
from functions.core.content.keyring import KeyRing
from functions.core.conversations.read_facts import moment_of
from functions.core.rights.access.collectors.contacts import names_of
from functions.core.rights.access.documents import DATA, Data, Volumes, copied
from functions.core.rights.access.model import (
    SECTIONS,
    Copy,
    Json,
    PersonScope,
    folder,
    request_key,
    scope_of,
    sections_of,
)
from functions.core.rights.access.planning import Plan, Planning, lines_name, run_folder
from functions.core.rights.access.redacting import Redactor
from functions.core.rights.model import Request
from functions.core.rights.subject import Subject

FORMAT = 1
_MOST_FINDINGS = 100
# what a request's item names itself; everything else is in the index
_DOCUMENTS = 20


@dataclass(frozen=True)
class Made:
    """`files`: everything that can be fetched, documents first."""

    files: list[Copy]
    index: str
    counts: Mapping[str, int]
    completeness: Mapping[str, Any]


@dataclass
class _Found:
    counts: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    copies: dict[str, Copy] = field(default_factory=dict)
    size: int = 0

    def grow(self, size: int) -> None:
        self.size += size
        if self.size > policy.number("export", "largest"):
            raise ExportTooLargeError("more than one answer holds")


class Assembling:
    def __init__(
        self,
        *,
        planning: Planning,
        files: Files,
        ring: KeyRing,
        about: Json,
        controller: Controller,
        now: Callable[[], datetime],
    ) -> None:
        self._planning = planning
        self._files = files
        self._ring = ring
        self._about = about
        self._controller = controller
        self._now = now

    def assemble(self, request: Request, subject: Subject | None) -> Made:
        plan = self._planning.load(request)
        found = _Found()
        redactor = Redactor(names_of(subject) if subject else ())
        name = folder(request.id)
        with Scratch(self._ring, name, key=request_key(request.id)) as scratch:
            for entry in self._entries(request, subject, plan, scratch, found):
                scratch.put(_redacted(entry, redactor))
            completeness = self._completeness(request, plan)
            documents = self._write(request, scratch, found, completeness)
        files = [*documents, *found.copies.values()]
        index = f"{run_folder(request)}/index.json"
        self._files.write(index, json.dumps([vars(file) for file in files]).encode())
        return Made(files, index, found.counts, completeness)

    def _entries(
        self,
        request: Request,
        subject: Subject | None,
        plan: Plan,
        scratch: Scratch,
        found: _Found,
    ) -> Iterator[Entry]:
        for part in plan.parts:
            if not part.startswith("archive/"):
                yield from self._of_tables(request, part, found)
        if subject is not None:
            yield from self._of_archive(request, plan, scope_of(subject), scratch, found)
        for copy in found.copies.values():
            told = {n: v for n, v in vars(copy).items() if n != "object"}
            yield self._counted(Entry("files", copy.name, told), found)

    def _of_tables(self, request: Request, part: str, found: _Found) -> Iterator[Entry]:
        for data in self._files.lines(lines_name(request, part)):
            found.grow(len(data))
            line = json.loads(data)
            if line["name"]:
                if line["name"] in found.seen:
                    continue
                found.seen.add(line["name"])
            for medium in line["told"].get("media", ()):
                found.seen.add(f"f:{medium['id']}")
                if "file" in medium:
                    found.copies[medium["id"]] = Copy(**medium["file"])
            yield self._counted(_entry(line), found)

    def _of_archive(
        self,
        request: Request,
        plan: Plan,
        scope: PersonScope,
        scratch: Scratch,
        found: _Found,
    ) -> Iterator[Entry]:
        """Only what no table has told already."""
        name, run = folder(request.id), str(request.attempt)
        for part in range(plan.archive_parts):
            for data in self._files.lines(part_name(name, run, part)):
                record = json.loads(data)
                group = group_of(record)
                if group in found.seen or f"a:{record.get('place')}" in found.seen:
                    continue
                found.grow(len(data))
                scratch.add(group, data)
        for group, records in scratch.groups():
            entry = entry_of(group, records, scope)
            if entry is not None:
                yield self._counted(_archived(entry), found)

    def _counted(self, entry: Entry, found: _Found) -> Entry:
        found.counts[entry.section] += 1
        return entry

    def _completeness(self, request: Request, plan: Plan) -> Json:
        total: Counter[str] = Counter()
        findings: list[str] = []
        name, run = folder(request.id), str(request.attempt)
        for part in range(plan.archive_parts):
            summary = self._json(summary_name(name, run, part))
            total.update({n: summary[n] for n in ("segments", "read")})
            total.update(summary["closed"])
            findings += summary["findings"]
        if plan.parts:
            ends = self._json(ends_name(name, run))
            findings += [f"missing: {end}: the last one archived in its shard" for end in ends]
        unreadable = total["refused"] + total["missing"]
        return {
            "complete": not findings and not unreadable,
            "archive_segments": total["segments"],
            "archive_records_read": total["read"],
            "contents_destroyed": total["destroyed"],
            "contents_unreadable": unreadable,
            "gaps": len(findings),
            "findings": findings[:_MOST_FINDINGS],
        }

    def _json(self, name: str) -> Any:
        return json.loads(b"".join(self._files.read(name)))

    def _write(
        self, request: Request, scratch: Scratch, found: _Found, completeness: Json
    ) -> list[Copy]:
        head = self._head(request, found, completeness)
        into = run_folder(request)
        target = f"{into}/{DATA}"
        scratch.sections()
        with self._files.writing(target) as sink:
            data, volumes = Data(sink.write), Volumes(self._files, into)
            data.begin({n: told for n, told in head.items() if n != "contents"})
            volumes.begin(head)
            for section in sections_of(request.right.value):
                data.section(section)
                volumes.section(SECTIONS[section], found.counts[section])
                for told, later, earlier in scratch.entries(section):
                    data.entry(_shown(told))
                    if section == "messages":
                        volumes.message(told, later=later, earlier=earlier)
                    else:
                        volumes.line(told)
                data.end_section()
            data.end()
            pages = volumes.end()
        return [copied(DATA, target, sink, "application/json"), *pages]

    def _head(self, request: Request, found: _Found, completeness: Json) -> Json:
        chosen = sections_of(request.right.value)
        return {
            "format": FORMAT,
            "request": {
                "id": request.id,
                "right": request.right.value,
                "asked_at": moment_of(request.filed_ms),
                "made_at": self._now().astimezone(UTC).isoformat(timespec="seconds"),
            },
            "controller": vars(self._controller),
            "about": self._about,
            "completeness": completeness,
            "counts": {section: found.counts[section] for section in chosen},
            "contents": [
                {"heading": SECTIONS[each], "count": found.counts[each]} for each in chosen
            ],
        }


def _entry(line: Json) -> Entry:
    """Of a line out of the tables."""
    told = line["told"]
    if line["section"] != "messages":
        return Entry(line["section"], line["at"], told)
    view = told["message"]
    names = tuple(name for name in (view["id"], view["wamid"]) if name)
    return Entry("messages", line["at"], told, names=names, refers=refers_of(view))


def _archived(entry: Entry) -> Entry:
    """Without the evidence, which repeats the content as it came, others' names with it."""
    kept = [
        {name: record[name] for name in ("id", "kind", "stored_at")}
        for record in entry.told["records"]
    ]
    if entry.told["entry"] == "message":
        told = {**entry.told, "who": None, "records": kept}
        return Entry("messages", entry.position, told, names=entry.names, refers=entry.refers)
    content = [
        update
        for record in entry.told["records"]
        if isinstance(raw := record["content"].get("raw"), dict)
        and (update := raw.get("update")) is not None
    ]
    told = {
        "type": entry.told["type"],
        "timestamp": entry.told["timestamp"],
        "content": content[0] if len(content) == 1 else content,
        "media": [_medium(each) for each in entry.told["media"]],
        "deleted_at": entry.told["deleted_at"],
        "records": kept,
    }
    return Entry("account_updates", entry.position, told)


def _redacted(entry: Entry, redactor: Redactor) -> Entry:
    told = entry.told
    if entry.section == "messages":
        node = str(told.get("thread") or told["message"]["contact_id"]).rpartition("#")[2]
        redact = redactor.group if node.startswith("g") else redactor.conversation
        told = {**told, "message": redact(told["message"])}
    elif entry.section == "account_updates":
        told = {**told, "content": redactor.conversation({"content": told["content"]})["content"]}
    return Entry(entry.section, entry.position, told, names=entry.names, refers=entry.refers)


def _shown(told: Json) -> Json:
    """As in data.json: names of objects and keys are of no use outside."""
    if "message" not in told:
        return dict(told)
    return {
        **told["message"],
        "media": [_medium(medium) for medium in told["media"]],
        "deleted_at": told["deleted_at"],
        "unreadable": told["unreadable"],
    }


def _medium(told: Json) -> Json:
    file = told.get("file")
    kept = {n: v for n, v in told.items() if n not in ("key", "object", "file", "media_id")}
    return {**kept, "file": file["name"] if file else None}
