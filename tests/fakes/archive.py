"""The archive's stores in memory, and streams of changes as Lambda delivers them."""

import base64
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3
from boto3.dynamodb.types import Binary

from functions.core.archive.segment import Head, Retention, lines
from functions.core.archive.service import Archiver
from functions.core.archive.store import Kept
from functions.core.archive.verify import Entry, Lock
from functions.core.runtime.streams import Change, change_from
from functions.core.runtime.values import encode
from tests.fakes import tables

NUMBER, NODE = "106540000000001", "nperson0000000000001"
THREAD = f"{NUMBER}#{NODE}"
KEY = f"{NODE}~0"
NOON = 1_790_000_000  # seconds; 2026-09-21, 14:13 UTC
NOW_UTC = datetime.now(UTC).replace(microsecond=0)
RETENTION = Retention(mode="GOVERNANCE", days=30, name="communications")


class MemoryVault:
    def __init__(self) -> None:
        self.objects: dict[str, Kept] = {}
        self._lock = threading.Lock()

    def add(self, name: str, data: bytes, *, until: datetime) -> bool:
        with self._lock:
            if name in self.objects:
                return False
            self.objects[name] = Kept(data, until)
            return True

    def read(self, name: str) -> Kept | None:
        return self.objects.get(name)


class MemorySource:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.objects.get(name)


class MemoryHeads:
    def __init__(self) -> None:
        self.heads: dict[str, Head] = {}
        self._lock = threading.Lock()

    def read(self, shard: str) -> Head | None:
        return self.heads.get(shard)

    def all(self) -> dict[str, Head]:
        return dict(self.heads)

    def move(self, shard: str, old: Head | None, new: Head) -> bool:
        with self._lock:
            before = self.heads.get(shard)
            if (before and before.sequence) != (old and old.sequence):
                return False
            self.heads[shard] = new
            return True


class Room:
    """An archive and everything around it. `around` may wrap a part in something that dies."""

    def __init__(self) -> None:
        self.vault, self.source, self.heads = MemoryVault(), MemorySource(), MemoryHeads()

    def archiver(self, around: Any = lambda _name, part: part) -> Archiver:
        return Archiver(
            vault=around("vault", self.vault),
            source=around("source", self.source),
            heads=around("heads", self.heads),
            retention=RETENTION,
        )

    def archive(self, changes: Sequence[Change], shard: str = "one") -> Any:
        return self.archiver().archive(shard, changes)

    def files(self) -> dict[str, bytes]:
        return {name: kept.data for name, kept in self.vault.objects.items()}

    def segments(self) -> list[str]:
        return sorted(name for name in self.vault.objects if name.endswith(".gz"))

    def lines(self) -> list[bytes]:
        """Every line that a manifest vouches for, in the order of names."""
        manifests = {n for n in self.vault.objects if n.endswith(".manifest.json")}
        return [
            line
            for name in self.segments()
            if name.replace(".ndjson.gz", ".manifest.json") in manifests
            for line in lines(self.vault.objects[name].data)
        ]


def wire(value: Any) -> Any:
    """An item as it stands in a Lambda event: binary values as base64 text."""
    if isinstance(value, Binary):
        return base64.b64encode(value.value).decode()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: wire(part) for name, part in value.items()}
    return [wire(part) for part in value] if isinstance(value, list) else value


def stream_record(
    sequence: int,
    *,
    new: Mapping[str, Any] | None = None,
    old: Mapping[str, Any] | None = None,
    at: float = NOON,
) -> dict[str, Any]:
    """One record of a Lambda event, from items as plain values."""
    item = new or old or {}
    told: dict[str, Any] = {
        "ApproximateCreationDateTime": at,
        "Keys": encode({"pk": item["pk"], "sk": item["sk"]}),
        "SequenceNumber": str(sequence),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    for name, image in (("NewImage", new), ("OldImage", old)):
        if image is not None:
            told[name] = wire(encode(image))
    name = "REMOVE" if new is None else "INSERT" if old is None else "MODIFY"
    return {"eventID": f"e{sequence}", "eventName": name, "dynamodb": told}


def change(sequence: int, **images: Any) -> Change:
    return change_from(stream_record(sequence, **images))


def fact(kind: str = "message", **changes: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "at_ms": NOON * 1000 - 5_000,
        "thread": THREAD,
        "direction": "outbound" if kind in ("status", "echo") else "inbound",
        "type": "text",
        "key": KEY,
        "tag": "t" * 26,
        "bytes": 512,
        "webhook": bytes(32),
        "sealed": b"sealed " + kind.encode(),
        **changes,
    }


def message(name: str = "w_1", **facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": f"MESSAGE#{name}",
        "sk": "MESSAGE",
        "thread": THREAD,
        "at": f"{NOON * 1000}#{name}",
        "facts": dict(facts),
        "digest": "d",
    }


def intent(name: str = "m_1", **changes: Any) -> dict[str, Any]:
    return {
        **message(name),
        "type": "text",
        "key": KEY,
        "created_ms": NOON * 1000,
        "send_state": "queued",
        "sealed_intent": b"sealed intent",
        "sealed_address": b"sealed address",
        **changes,
    }


def day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d")


def history(steps: Iterable[tuple[int, str]], *, at: float = NOON) -> list[Change]:
    """Changes from (seconds later, what happens) pairs, with sequence numbers that grow."""
    made = []
    for index, (later, what) in enumerate(steps, start=1):
        item: dict[str, Any]
        match what:
            case "bookkeeping":
                item = {"pk": f"THREAD#{THREAD}", "sk": "THREAD", "last_ms": index}
            case "two facts":
                item = message(f"w_{index}", a=fact(), b=fact("status", type="read"))
            case "large":
                item = message(f"w_{index}", a={**fact(), "ref": "updates/large"})
                del item["facts"]["a"]["sealed"]
            case _:
                item = message(f"w_{index}", a=fact(sealed=b"%d" % index))
        made.append(change(index * 10, new=item, at=at + later))
    return made


class MemoryFiles:
    """`verify.Files` over a dictionary, with locks where they are given."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        *,
        locks: Mapping[str, Lock] | None = None,
        entries: Mapping[str, Entry] | None = None,
    ) -> None:
        self._files, self._locks, self._entries = dict(files), locks, entries or {}

    def entries(self) -> Iterator[Entry]:
        for name in sorted(self._files):
            yield self._entries.get(name, Entry(name))

    def read(self, name: str) -> tuple[bytes, Lock | None] | None:
        if name not in self._files:
            return None
        return self._files[name], self._locks[name] if self._locks else None


def create_archive() -> None:
    """Buckets and the one table of the archive, on whatever stands in for AWS."""
    create_buckets()
    boto3.client("dynamodb").create_table(TableName="compliance", **tables.compliance_schema())


def create_buckets() -> None:
    s3 = boto3.client("s3")
    where: Any = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(
        Bucket="archive", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True
    )
    for bucket in ("media", "exports"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
