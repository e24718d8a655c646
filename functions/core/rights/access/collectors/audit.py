"""The audit log's entries about the person: who read, sent, received or changed what, and when.

There is no index beside the log that could say otherwise than the log, so it is read, part by part.
"""

import json
from collections.abc import Iterator

from functions.core.audit.reading import LogReader
from functions.core.audit.tiles import WIDTH
from functions.core.consent.rfc3339 import epoch_ms
from functions.core.rights.access.collectors.compliance import names
from functions.core.rights.access.model import Json, Line
from functions.core.rights.subject import Subject


class AuditEntries:
    """`first`, `last`: numbers of bundles, both included; `size`: of the log as it was planned."""

    def __init__(self, reader: LogReader, *, first: int, last: int, size: int) -> None:
        self._reader = reader
        self._bundles = range(first, last + 1)
        self._size = size

    def collect(self, subject: Subject) -> Iterator[Line]:
        marks = [f'"{node}'.encode() for node in subject.aliases]
        for number in self._bundles:
            entries = self._reader.bundle(number, self._size)
            for index, entry in enumerate(entries or (), start=number * WIDTH):
                if any(mark in entry for mark in marks):
                    told = _told(entry)
                    if any(_is_theirs(subject, str(each), told) for each in told.get("on", ())):
                        yield Line("recipients", f"{told.get('at')}#{index:012d}", _shown(told))


def _is_theirs(subject: Subject, on: str, told: Json) -> bool:
    """An entry names a contact, which tells since when it was theirs, or an alias alone.

    Of the latter its own time says whose it was.
    """
    if "~" in on:
        return names(subject, on)
    at_ms = epoch_ms(str(told.get("at", "")))
    return at_ms is not None and subject.owns(on, at_ms)


def _told(entry: bytes) -> Json:
    try:
        told = json.loads(entry)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _shown(told: Json) -> Json:
    """Whoever else it was about, and where it was done from, is not theirs."""
    by = told.get("by") or {}
    return {
        "at": told.get("at"),
        "who": {"kind": by.get("kind"), "id": by.get("id")},
        "action": told.get("action"),
        "what": told.get("what"),
        "purpose": told.get("purpose"),
        "outcome": told.get("outcome"),
    }
