# ruff: noqa: N803 (names as AWS spells them)
"""A bucket with Object Lock as strict as S3's: conditions, locks, tags and versions are real.

Only what the audit log calls is here; anything else is an AttributeError.
"""

import hashlib
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError


@dataclass(frozen=True)
class Version:
    data: bytes
    etag: str
    mode: str
    until: datetime
    tagging: str


class StrictS3:
    """`versions`: of each key, the oldest first. Nothing is ever taken away."""

    def __init__(self) -> None:
        self.versions: dict[str, list[Version]] = {}
        self._lock = Lock()
        self._numbers = itertools.count()

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        assert Bucket == "audit"
        with self._lock:
            if Key not in self.versions:
                raise _error("NoSuchKey", "GetObject")
            found = self.versions[Key][-1]
        return {"Body": io.BytesIO(found.data), "ETag": found.etag}

    def put_object(  # noqa: PLR0913 - all that a put says here
        self,
        *,
        Bucket: str,
        Key: str,
        Body: bytes,
        ChecksumAlgorithm: str,
        ObjectLockMode: str,
        ObjectLockRetainUntilDate: datetime,
        IfMatch: str | None = None,
        IfNoneMatch: str | None = None,
        Tagging: str = "",
    ) -> dict[str, Any]:
        assert Bucket == "audit"
        assert ChecksumAlgorithm == "SHA256"  # S3 wants one with every lock
        assert ObjectLockMode in ("GOVERNANCE", "COMPLIANCE")
        assert ObjectLockRetainUntilDate.tzinfo is not None
        assert (IfMatch is None) != (IfNoneMatch is None), "every put says what it expects"
        with self._lock:
            before = self.versions.get(Key, [])
            if IfNoneMatch is not None:
                assert IfNoneMatch == "*"
                if before:
                    raise _error("PreconditionFailed", "PutObject")
            elif not before:
                raise _error("NoSuchKey", "PutObject")
            elif before[-1].etag != IfMatch:
                raise _error("PreconditionFailed", "PutObject")
            # as S3's: of the content alone
            etag = f'"{hashlib.md5(Body, usedforsecurity=False).hexdigest()}"'
            version = Version(Body, etag, ObjectLockMode, ObjectLockRetainUntilDate, Tagging)
            self.versions.setdefault(Key, []).append(version)
        return {"ETag": etag}


@dataclass(frozen=True)
class BucketFiles:
    """What a verifier reads: the newest of everything, and all versions."""

    s3: StrictS3

    def read(self, name: str) -> bytes | None:
        found = self.s3.versions.get(name)
        return found[-1].data if found else None

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        return map(self.read, names)

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name in self.s3.versions if name.startswith(prefix))

    def versions(self, name: str) -> Iterator[tuple[str, bytes]]:
        found = enumerate(self.s3.versions.get(name, [])[:-1])
        return ((f"{name} (version {number})", version.data) for number, version in found)


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, operation)
