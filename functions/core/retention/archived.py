"""Segments of the archive whose lock has ended and which no hold covers."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.archive.chain import midnight
from functions.core.archive.check import manifest_from
from functions.core.archive.model import Kind, Record
from functions.core.archive.segment import MANIFEST_ENDING, segment_from
from functions.core.holds.coverage import objects_of
from functions.core.retention.deleting import Deleter
from functions.core.retention.disposed import Disposed
from functions.core.runtime.failures import as_unavailable
from functions.core.runtime.records import ContentionError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from functions.core.archive.exports.store import Shelf

# guards that one transaction asks, two conditions each
_MOST_GUARDS = 40
_ROUNDS = 6


@dataclass
class _Contents:
    """`told`: by alias, which numbers and times its records are of."""

    told: dict[str, set[tuple[str | None, int | None]]] = field(default_factory=dict)
    objects: list[str] = field(default_factory=list)

    def __call__(self, record: Record) -> None:
        self.objects += objects_of(record)
        if record["kind"] == Kind.DELETED:
            return  # says that something went, and keeps nothing
        node = str(record.get("subject") or record.get("content", {}).get("key", ""))
        place = (record.get("phone_number_id"), record.get("at_ms"))
        self.told.setdefault(node.partition("~")[0], set()).add(place)


class ArchiveDisposer:
    """`now`: of the run. `days`: how long at least a segment is kept."""

    def __init__(
        self,
        client: "S3Client",
        bucket: str,
        *,
        shelf: "Shelf",
        deleter: Deleter,
        now: datetime,
        days: int,
        clock_ms: Callable[[], int],
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._shelf = shelf
        self._deleter = deleter
        self._now = now
        self._days = days
        self._clock_ms = clock_ms

    def dispose(self, *, after: str, until_ms: int) -> tuple[Disposed, str | None]:
        """From the name `after` on; the name to go on from when the time is over."""
        total = Disposed()
        for name, _ in self._shelf.names(after=after):
            if midnight(name) + timedelta(days=self._days) > self._now:
                break  # names sort by day
            if not name.endswith(MANIFEST_ENDING):
                continue
            done = self._segment(name)
            total.counts.update(done.counts)
            total.held.update(done.held)
            if self._clock_ms() >= until_ms:
                return total, name
        return total, None

    def _segment(self, name: str) -> Disposed:
        manifest = self._read(name)
        if manifest is None or self._is_locked(manifest):
            return Disposed()
        data = manifest["Body"].read()
        told = manifest_from(name, data)
        segment = self._read(str(told.told["segment"])) if told.told else None
        if not told.told or (segment is not None and self._is_locked(segment)):
            return Disposed()  # nobody deletes what nobody understands
        contents = _Contents()
        if segment is not None:
            segment_from(str(told.told["segment"]), segment["Body"].read(), visit=contents)
        names = [*contents.objects, str(told.told["segment"]), name]
        return self._gone(f"{name}|{told.sha256}", names, contents)

    def _gone(self, told: str, names: list[str], contents: _Contents) -> Disposed:
        nodes = sorted(contents.told)
        for _ in range(_ROUNDS):
            guards = self._deleter.guards.read(nodes)
            held = Counter(
                {
                    hold: 1
                    for node, places in contents.told.items()
                    for number, at_ms in places
                    for hold in guards[node].held_by(phone_number_id=number, at_ms=at_ms)
                }
            )
            if held:
                return Disposed(held=held)
            done = self._deleter.doom(
                told, names, guards=[guards[node] for node in nodes[:_MOST_GUARDS]]
            )
            if done is not None:
                return Disposed(done)
        raise ContentionError("holds on what an archived segment is about kept changing")

    def _is_locked(self, found: Mapping[str, Any]) -> bool:
        until = found.get("ObjectLockRetainUntilDate")
        held = found.get("ObjectLockLegalHoldStatus") == "ON"
        return held or (until is not None and until > self._now)

    def _read(self, name: str) -> Mapping[str, Any] | None:
        with as_unavailable("reading the archive"):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=name)
            except ClientError as error:
                if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                    return None
                raise
