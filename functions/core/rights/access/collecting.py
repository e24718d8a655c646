"""Carrying out one part: its lines written as they are read, sealed under the request's key."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from functions.core.archive.exports.collecting import Collector, Opens
from functions.core.archive.exports.files import Files
from functions.core.archive.exports.store import Shelf
from functions.core.audit.reading import LogReader
from functions.core.rights.access.collectors.archive import TheirsOpened
from functions.core.rights.access.collectors.audit import AuditEntries
from functions.core.rights.access.collectors.contacts import names_of
from functions.core.rights.access.model import Collecting, folder
from functions.core.rights.access.planning import (
    RECORDS,
    Planning,
    archive_plan,
    audit_bundles,
    lines_name,
    run_folder,
)
from functions.core.rights.access.redacting import Redactor
from functions.core.rights.model import Request
from functions.core.rights.subject import Subject


class Conversations(Protocol):
    def __call__(self, *, phone_number_id: str, into: str) -> Collecting:
        """What reads the messages with one number of the business; files are copied `into`."""


class Parts:
    """`records`: of the stores in which there is little about one person, by their names."""

    def __init__(
        self,
        *,
        planning: Planning,
        records: Mapping[str, Collecting],
        conversations: Conversations,
        files: Files,
        shelf: Shelf,
        opener: Opens,
        log: LogReader,
        now: Callable[[], datetime],
    ) -> None:
        self._planning = planning
        self._records = records
        self._conversations = conversations
        self._files = files
        self._shelf = shelf
        self._opener = opener
        self._log = log
        self._now = now

    def collect(self, request: Request, subject: Subject, part: str) -> int:
        """How many lines it has."""
        kind, _, which = part.partition("/")
        if kind == "archive":
            return self._archive(request, subject, int(which))
        return self._write(request, subject, part, self._stores(request, kind, which))

    def _stores(self, request: Request, kind: str, which: str) -> Sequence[Collecting]:
        if kind == RECORDS:
            return list(self._records.values())
        if kind == "conversations":
            return [self._conversations(phone_number_id=which, into=run_folder(request))]
        size = self._planning.load(request).audit_size
        first, last = audit_bundles(int(which), size)
        return [AuditEntries(self._log, first=first, last=last, size=size)]

    def _write(
        self, request: Request, subject: Subject, part: str, stores: Sequence[Collecting]
    ) -> int:
        count = 0
        with self._files.writing(lines_name(request, part)) as sink:
            for store in stores:
                for line in store.collect(subject):
                    sink.write(json.dumps(vars(line), separators=(",", ":")).encode() + b"\n")
                    count += 1
        return count

    def _archive(self, request: Request, subject: Subject, part: int) -> int:
        at_ms = self._planning.load(request).at_ms
        collector = Collector(
            store=archive_plan(request, subject, run=str(request.attempt), at_ms=at_ms),
            files=self._files,
            shelf=self._shelf,
            opener=TheirsOpened(self._opener, Redactor(names_of(subject)).is_mine),
            now=self._now,
        )
        return collector.collect(folder(request.id), part).kept
