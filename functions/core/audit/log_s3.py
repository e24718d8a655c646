"""`LogStore` in a bucket with Object Lock, and reading from it."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.errors import LogDamagedError, MalformedError
from functions.core.audit.head import Head, head_as_bytes, head_from
from functions.core.audit.note import Checkpoint, checkpoint_from
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HEAD, CHECKPOINT, COSIGNED = "sequencer/head", "checkpoint", "cosigned"

# Of the levels that heartbeats alone fill within a day. Above, a tile may stay partial for a year
# and must stay as long.
_REFILLED = re.compile(r"tile/(entries|0|1)/.*\.p/[0-9]+")
# another write of the object is under way, or has just been
_OVERTAKEN = ("PreconditionFailed", "ConditionalRequestConflict")
_HEAD_DAYS = 1
_AT_ONCE = 8
_ROUNDS = 3
_GONE = ("NoSuchKey", "404")


@dataclass(frozen=True, kw_only=True)
class Lock:
    """`mode`: GOVERNANCE or COMPLIANCE. `days`: of all but partial tiles, which stay shorter."""

    mode: str
    days: int
    partial_days: int
    now: Callable[[], datetime]


class S3Log:
    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, path: str) -> bytes | None:
        found = self.tagged(path)
        return None if found is None else found[0]

    def tagged(self, path: str) -> tuple[bytes, str] | None:
        """With the ETag of what was read."""
        with as_unavailable("reading the audit log"):
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=path)
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    return None
                raise
            return found["Body"].read(), found["ETag"]


class S3LockedLog(S3Log):
    """`at_once`: how many files of a batch are put side by side."""

    def __init__(
        self, client: "S3Client", bucket: str, *, lock: Lock, at_once: int = _AT_ONCE
    ) -> None:
        super().__init__(client, bucket)
        self._lock = lock
        self._at_once = at_once

    def head(self) -> tuple[Head, str | None]:
        found = self.tagged(HEAD)
        return (Head(), None) if found is None else (head_from(found[0]), found[1])

    def move_head(self, head: Head, tag: str | None) -> bool:
        return self._swap(HEAD, head_as_bytes(head), tag, days=_HEAD_DAYS)

    def checkpoint(self, path: str = CHECKPOINT) -> tuple[Checkpoint | None, str | None]:
        found = self.tagged(path)
        return (None, None) if found is None else (_checkpoint(found[0], path), found[1])

    def move_checkpoint(
        self, checkpoint: Checkpoint, tag: str | None, path: str = CHECKPOINT
    ) -> bool:
        return self._swap(path, checkpoint.note, tag, days=self._lock.days)

    def add(self, files: Mapping[str, bytes]) -> None:
        run = map if self._at_once == 1 else self._pool.map
        for _ in run(self._add, *zip(*files.items(), strict=True)):
            pass

    def _add(self, path: str, data: bytes) -> None:
        """A partial tile is marked as one: it may go when a fuller one is there."""
        is_refilled = _REFILLED.fullmatch(path) is not None
        days = min(self._lock.partial_days, self._lock.days) if is_refilled else self._lock.days
        more: dict[str, Any] = {"Tagging": "partial=yes"} if is_refilled else {}
        for _ in range(_ROUNDS):
            if self._put(path, data, days=days, IfNoneMatch="*", **more):
                return
            stored = self.read(path)
            if stored == data:
                return
            if stored is not None:
                raise LogDamagedError(f"{path} is there already, and another")
        raise StoreUnavailableError("writing the audit log: other writes are under way")

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._at_once)

    def _swap(self, path: str, data: bytes, tag: str | None, *, days: int) -> bool:
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        return self._put(path, data, days=days, **condition)

    def _put(self, path: str, data: bytes, *, days: int, **condition: Any) -> bool:
        """False: not as the condition says, or somebody is writing it."""
        with as_unavailable("writing the audit log"):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=path,
                    Body=data,
                    ChecksumAlgorithm="SHA256",
                    ObjectLockMode=self._lock.mode,  # type: ignore[arg-type] # from the settings
                    ObjectLockRetainUntilDate=self._lock.now() + timedelta(days=days),
                    **condition,
                )
            except ClientError as error:
                if error.response["Error"]["Code"] in _OVERTAKEN:
                    return False
                raise
        return True


def _checkpoint(data: bytes, path: str) -> Checkpoint:
    try:
        return checkpoint_from(data, path)
    except MalformedError as error:
        raise LogDamagedError(str(error)) from error
