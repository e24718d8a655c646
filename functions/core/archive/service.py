"""Archiving: changes in, segments out, every change exactly once.

The stream delivers again, cuts its batches anew, and two functions may hold the same batch; any
of them may die between any two calls. What makes that harmless: a segment is named after the first
change beyond the head that gives a record. Whoever starts from the same head comes to that name,
only the first can store it, and everyone else goes on from what is stored. The head moves last,
by a conditional write.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.core.archive.changes import records_of
from functions.core.archive.errors import ArchiveDamagedError
from functions.core.archive.model import Record
from functions.core.archive.segment import (
    Head,
    Retention,
    Segment,
    SegmentWriter,
    head_after,
    manifest_name,
    manifest_of,
    segment_from,
    segment_name,
)
from functions.core.archive.store import Heads, Kept, Source, Vault
from functions.core.conversations.minimising import EVERYTHING, Minimising
from functions.core.runtime.records import ContentionError
from functions.core.runtime.streams import Change

_ROUNDS = 6  # against another function with the same batch


@dataclass
class Archived:
    """What one call added. `lost`: large updates that were gone before they could be copied."""

    segments: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    lost: int = 0


class Archiver:
    def __init__(
        self,
        *,
        vault: Vault,
        source: Source,
        heads: Heads,
        retention: Retention,
        minimising: Minimising = EVERYTHING,
    ) -> None:
        """`minimising`: whose content does not go into the archive."""
        self._vault = vault
        self._source = source
        self._heads = heads
        self._retention = retention
        self._minimising = minimising

    def archive(self, shard: str, changes: Sequence[Change]) -> Archived:
        """`changes`: one batch of one shard's stream."""
        done = Archived()
        waiting = sorted(changes, key=lambda change: change.sequence)
        head, rounds = self._heads.read(shard), 0
        while True:
            waiting = [c for c in waiting if head is None or c.sequence > head.sequence]
            next_one = self._segment(shard, waiting)
            if next_one is None:
                return done
            segment, until = self._stored(next_one)
            after = self._chained(shard, segment, until, head)
            if self._heads.move(shard, head, after):
                done.segments += 1
                done.kinds += segment.summary.kinds
                done.lost += segment.summary.lost
                head, rounds = after, 0
                continue
            head, rounds = self._heads.read(shard), rounds + 1
            if rounds == _ROUNDS:
                raise ContentionError("the head of a shard kept moving")

    def _segment(self, shard: str, waiting: Sequence[Change]) -> Segment | None:
        """The next one, not yet stored; None when no change gives a record."""
        writer: SegmentWriter | None = None
        day = ""
        for change in waiting:
            if writer is not None and change.day != day:
                break
            found = records_of(
                change, retention_class=self._retention.name, minimising=self._minimising
            )
            for record in found:
                if writer is None:
                    day = change.day
                    writer = SegmentWriter(segment_name(day, shard, change.sequence))
                writer.add(self._with_object(record))
        return None if writer is None else writer.finish()

    def _with_object(self, record: Record) -> Record:
        """Large content is copied before the record that names it is stored."""
        content = record.get("content", {})
        if content.get("store") != "media":
            return record
        data = self._source.get(content["record"])
        if data is None:
            return {**record, "content": {**content, "missing": True}}
        # of this record alone, so that its lock is never another's
        name = f"objects/{content['record']}/{record['id']}"
        if not self._vault.add(name, data, until=self._retention.until(record["stored_at"])):
            data = self._kept(name).data
        digest = hashlib.sha256(data).hexdigest()
        return {**record, "content": {**content, "object": name}, "content_sha256": digest}

    def _stored(self, segment: Segment) -> tuple[Segment, datetime]:
        """The segment of this name, and until when it is locked: another try may have put it."""
        until = self._retention.until(segment.summary.last["stored_at"])
        if self._vault.add(segment.name, segment.data, until=until):
            return segment, until
        kept = self._kept(segment.name)
        return segment_from(segment.name, kept.data), kept.until or until

    def _chained(self, shard: str, segment: Segment, until: datetime, head: Head | None) -> Head:
        """The segment's manifest is stored; what is stored under its name decides."""
        name = manifest_name(segment.name)
        manifest = manifest_of(
            segment, shard=shard, retention=self._retention, until=until, previous=head
        )
        if not self._vault.add(name, manifest, until=until):
            manifest = self._kept(name).data
        return head_after(segment, manifest)

    def _kept(self, name: str) -> Kept:
        kept = self._vault.read(name)
        if kept is None:
            raise ArchiveDamagedError("an object exists and cannot be read")
        return kept
