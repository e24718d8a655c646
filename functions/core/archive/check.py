"""One manifest against its segment: every number and every hash computed anew.

Standard library only, so that an auditor can run it anywhere.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.core.archive.errors import ArchiveDamagedError
from functions.core.archive.model import FORMAT, Record
from functions.core.archive.segment import (
    Segment,
    day_of,
    manifest_name,
    number_of,
    segment_from,
    shard_of,
    summary_as_json,
)


@dataclass(frozen=True)
class Finding:
    """`kind`: missing, changed, extra or shortened. `name`: of the object it is about."""

    kind: str
    name: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}: {self.detail}"


@dataclass(frozen=True)
class Manifest:
    """A manifest as stored; `told` is empty when it is none."""

    name: str
    sha256: str
    told: Mapping[str, Any]

    @property
    def previous(self) -> tuple[str, str] | None:
        """Name and SHA-256 of the manifest before this one in its shard."""
        link = self.told["previous"]
        return None if link is None else (str(link["manifest"]), str(link["sha256"]))

    @property
    def first(self) -> int:
        return int(self.told["first_sequence"])

    @property
    def last(self) -> int:
        return int(self.told["last_sequence"])


_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "v": int,
    "segment": str,
    "shard": str,
    "sha256": str,
    "bytes": int,
    "records": int,
    "first_sequence": str,
    "last_sequence": str,
    "retention_class": str,
    "retain_until": str,
    "lock_mode": str,
    "previous": (dict, type(None)),
}


def manifest_from(name: str, data: bytes) -> Manifest:
    """What is no manifest of this place has nothing told."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        told = None
    is_one = (
        isinstance(told, dict)
        and _FIELDS.keys() <= told.keys()
        and all(isinstance(told[field], kind) for field, kind in _FIELDS.items())
        and told["v"] == FORMAT
        and told["first_sequence"].isdecimal()
        and told["last_sequence"].isdecimal()
        and _is_time(told["retain_until"])
        and manifest_name(told["segment"]) == name
        and shard_of(name) == told["shard"]
        and (told["previous"] is None or {"manifest", "sha256"} <= told["previous"].keys())
    )
    return Manifest(name, hashlib.sha256(data).hexdigest(), told if is_one else {})


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def segment_findings(
    manifest: Manifest, data: bytes, visit: Callable[[Record], None]
) -> Iterator[Finding]:
    """`visit` gets every record of a segment whose bytes are the ones vouched for."""
    told, name = manifest.told, manifest.told["segment"]
    if hashlib.sha256(data).hexdigest() != told["sha256"]:
        yield Finding("changed", name, "its bytes are not those that its manifest vouches for")
        return
    check = _Records(name, visit)
    try:
        segment = segment_from(name, data, visit=check)
    except ArchiveDamagedError:
        yield Finding("changed", name, "it is not a segment")
        return
    yield from check.findings
    wrong = _wrong(told, segment)
    if wrong:
        yield Finding("changed", manifest.name, f"says other than its segment: {', '.join(wrong)}")


def _wrong(told: Mapping[str, Any], segment: Segment) -> list[str]:
    right = summary_as_json(segment)
    wrong = [name for name, value in right.items() if told.get(name) != value]
    is_named = number_of(segment.name) == int(right["first_sequence"])
    return wrong if is_named else [*wrong, "name"]


class _Records:
    """Record by record, in order."""

    def __init__(self, name: str, visit: Callable[[Record], None]) -> None:
        self.findings: list[Finding] = []
        self._name, self._visit = name, visit
        self._day = day_of(name).replace("/", "-")
        self._last, self._ids = 0, set[str]()

    def __call__(self, record: Record) -> None:
        number = int(record["sequence"])
        if number < self._last:
            self._found(record, "stands before an earlier one")
        elif number > self._last:
            self._ids.clear()  # an id holds its sequence number: no other can have it
        if record["id"] in self._ids:
            self._found(record, "is there twice")
        if not str(record["stored_at"]).startswith(self._day):
            self._found(record, "is of another day")
        if not all(_is_whole(part, digest) for part, digest in sealed_parts(record)):
            self._found(record, "holds other ciphertext than it says")
        self._last = number
        self._ids.add(record["id"])
        self._visit(record)

    def _found(self, record: Record, what: str) -> None:
        self.findings.append(Finding("changed", self._name, f"record {record['id']} {what}"))


def sealed_parts(record: Record) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every ciphertext of a record, and the SHA-256 it must have."""
    if "content" in record:
        yield record["content"], record.get("content_sha256", "")
    for part in record.get("more", []):
        yield part, part["sha256"]


def _is_whole(part: Mapping[str, Any], digest: str) -> bool:
    if "sealed" not in part:
        return True  # an object of its own, or gone before it could be copied
    try:
        sealed = base64.b64decode(part["sealed"], validate=True)
    except (binascii.Error, ValueError):
        return False
    return hashlib.sha256(sealed).hexdigest() == digest
