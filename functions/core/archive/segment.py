"""Segments and their manifests: names, bytes, and what follows from what is already stored.

A segment's name follows from its first record and its manifest from its content, so that whoever
writes the same changes again, in whatever batches, comes to the same names.
"""

import gzip
import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.core.archive.errors import ArchiveDamagedError
from functions.core.archive.model import FORMAT, Record, line

SEGMENT_ENDING, MANIFEST_ENDING = ".ndjson.gz", ".manifest.json"
_DIGITS = 40  # DynamoDB's longest sequence number, so that names sort as the numbers do


# Ciphertext hardly shrinks: gzip's greatest effort takes twice the time for the same size.
_EFFORT = 6

# gzip's own errors, JSON's, and every way in which JSON can be no record
_UNREADABLE = (
    OSError,
    EOFError,
    zlib.error,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True)
class Retention:
    """`mode`: of S3 Object Lock. `days`: from when the stream told of a change."""

    mode: str
    days: int
    name: str

    def until(self, stored_at: str) -> datetime:
        """The same for whoever computes it, whenever: what is stored does not depend on it."""
        whole = datetime.fromisoformat(stored_at).replace(microsecond=0)
        begun = datetime.fromisoformat(stored_at) > whole
        return whole + timedelta(days=self.days, seconds=int(begun))


@dataclass(frozen=True)
class Head:
    """The end of a shard's chain: its last sequence number, manifest, and that one's SHA-256."""

    sequence: int
    manifest: str
    sha256: str


def segment_name(day: str, shard: str, sequence: int) -> str:
    return f"segments/{day}/{shard}/{sequence:0{_DIGITS}d}{SEGMENT_ENDING}"


def manifest_name(segment: str) -> str:
    return segment.removesuffix(SEGMENT_ENDING) + MANIFEST_ENDING


def number_of(name: str) -> int:
    """The first sequence number, of a segment or a manifest; -1 when there is none."""
    number = name.rpartition("/")[2].partition(".")[0]
    return int(number) if number.isdecimal() else -1


def shard_of(name: str) -> str:
    """Of a segment or a manifest; "" when the name has another shape."""
    parts = name.split("/")
    return parts[4] if len(parts) == 6 else ""  # noqa: PLR2004 (as `segment_name` makes it)


def day_of(name: str) -> str:
    """2026/11/24, of a segment or a manifest."""
    return name.removeprefix("segments/")[:10]


@dataclass
class Summary:
    """What a manifest says of its records, found by going through them once.

    `lost`: those whose large content was gone before it could be copied.
    """

    records: int = 0
    lost: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    first: Record = field(default_factory=dict)
    last: Record = field(default_factory=dict)

    def add(self, record: Record) -> None:
        self.first = self.first or record
        self.last = record
        self.records += 1
        self.lost += bool(record.get("content", {}).get("missing"))
        self.kinds[record["kind"]] += 1


@dataclass(frozen=True)
class Segment:
    """`data`: as stored, compressed. `plain_sha256`, `plain_bytes`: of the lines themselves."""

    name: str
    data: bytes
    plain_sha256: str
    plain_bytes: int
    summary: Summary

    @property
    def last_sequence(self) -> int:
        return int(self.summary.last["sequence"])


class SegmentWriter:
    """Lines are compressed as they come: only the compressed form is kept in memory."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._buffer = io.BytesIO()
        # without a time and a file name: the same lines give the same bytes
        self._gzip = gzip.GzipFile("", "wb", _EFFORT, self._buffer, mtime=0)
        self._hash, self._bytes, self._summary = hashlib.sha256(), 0, Summary()

    def add(self, record: Record) -> None:
        data = line(record)
        self._gzip.write(data)
        self._hash.update(data)
        self._bytes += len(data)
        self._summary.add(record)

    def finish(self) -> Segment:
        self._gzip.close()
        return Segment(
            self._name,
            self._buffer.getvalue(),
            self._hash.hexdigest(),
            self._bytes,
            self._summary,
        )


def segment_from(
    name: str, data: bytes, *, visit: Callable[[Record], None] | None = None
) -> Segment:
    """A stored segment, read; ArchiveDamagedError when it is not one."""
    digest, size, summary = hashlib.sha256(), 0, Summary()
    try:
        for text in lines(data):
            digest.update(text)
            size += len(text)
            record = json.loads(text)
            summary.add(record)
            if visit is not None:
                visit(record)
        int(summary.last["sequence"])
    except _UNREADABLE as error:
        raise ArchiveDamagedError("a stored segment cannot be read") from error
    return Segment(name, data, digest.hexdigest(), size, summary)


def lines(data: bytes) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
        yield from unpacked


def summary_as_json(segment: Segment) -> dict[str, Any]:
    """The part of a manifest that follows from the segment's bytes alone."""
    summary = segment.summary
    return {
        "sha256": hashlib.sha256(segment.data).hexdigest(),
        "bytes": len(segment.data),
        "plain_sha256": segment.plain_sha256,
        "plain_bytes": segment.plain_bytes,
        "records": summary.records,
        "lost": summary.lost,
        "kinds": dict(sorted(summary.kinds.items())),
        "first_sequence": summary.first["sequence"],
        "last_sequence": summary.last["sequence"],
        "first_stored_at": summary.first["stored_at"],
        "last_stored_at": summary.last["stored_at"],
    }


def manifest_of(
    segment: Segment, *, shard: str, retention: Retention, until: datetime, previous: Head | None
) -> bytes:
    """`until`: the end of the segment's lock as it is stored."""
    told: dict[str, Any] = {
        "v": FORMAT,
        "segment": segment.name,
        "shard": shard,
        **summary_as_json(segment),
        "retention_class": retention.name,
        "retain_until": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lock_mode": retention.mode,
        "previous": None
        if previous is None
        else {"manifest": previous.manifest, "sha256": previous.sha256},
    }
    return json.dumps(told, indent=1).encode() + b"\n"


def head_after(segment: Segment, manifest: bytes) -> Head:
    """Where the chain stands with this manifest, which must be this segment's."""
    told = _told(manifest)
    if told.get("sha256") != hashlib.sha256(segment.data).hexdigest():
        raise ArchiveDamagedError("a manifest contradicts its segment")
    return Head(
        sequence=segment.last_sequence,
        manifest=manifest_name(segment.name),
        sha256=hashlib.sha256(manifest).hexdigest(),
    )


def _told(manifest: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(manifest)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}
