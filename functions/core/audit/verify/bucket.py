"""The log in its bucket, with all versions: of a tile what was written first is what counts."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# S3 answers one request in some 20 ms
_AT_ONCE = 16

# what is written anew again and again
_CURRENT = frozenset(("checkpoint", "cosigned"))


@dataclass
class Bucket:
    """`connect` is called once in each process, so it must be one that travels there."""

    connect: Callable[[], "S3Client"]
    name: str
    # of files that were written more than once or deleted: the version to read
    _chosen: dict[str, str] = field(default_factory=dict)
    # the versions of `checkpoint`, the oldest first
    _checkpoints: list[tuple[datetime, str]] = field(default_factory=list)

    def listed(self) -> "Bucket":
        """Once, before the first file is read: what is written meanwhile lies beyond."""
        count: dict[str, int] = {}
        client = self.connect()
        pages = client.get_paginator("list_object_versions").paginate(Bucket=self.name)
        oldest: dict[str, tuple[datetime, str]] = {}
        for page in pages:
            told: Any
            for told in page.get("Versions", []):
                self._note(count, oldest, told)
            for told in page.get("DeleteMarkers", []):
                count[told["Key"]] = count.get(told["Key"], 0) + 1
        for name, times in count.items():
            if times > 1 and name in oldest:
                self._chosen[name] = oldest[name][1]
        self._checkpoints.reverse()
        return self

    def _note(
        self, count: dict[str, int], versions: dict[str, tuple[datetime, str]], told: Any
    ) -> None:
        """S3 tells of one name's versions from the newest to the oldest."""
        name, one = told["Key"], (told["LastModified"], told["VersionId"])
        if name == "checkpoint":
            self._checkpoints.append(one)
        if name in _CURRENT:
            versions.setdefault(name, one)
        else:
            versions[name] = one
        count[name] = count.get(name, 0) + 1

    def read(self, name: str) -> bytes | None:
        return self._get(name, self._chosen.get(name, ""))

    def read_all(self, names: Sequence[str]) -> Iterator[bytes | None]:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield from pool.map(self.read, names)

    def names(self, prefix: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        return sorted(each["Key"] for page in pages for each in page.get("Contents", []))

    def versions(self, name: str) -> Iterator[tuple[str, bytes]]:
        if name != "checkpoint":
            return
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            found = pool.map(lambda one: self._get(name, one[1]), self._checkpoints)
            for (modified, _), data in zip(self._checkpoints, found, strict=True):
                if data is not None:
                    yield f"{name} of {modified.isoformat()}", data

    def _get(self, name: str, version: str) -> bytes | None:
        wanted: Any = {"Bucket": self.name, "Key": name}
        if version and version != "null":
            wanted["VersionId"] = version
        try:
            return self._client.get_object(**wanted)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            return None

    @cached_property
    def _client(self) -> "S3Client":
        return self.connect()

    def __getstate__(self) -> dict[str, Any]:
        return {name: told for name, told in vars(self).items() if name != "_client"}
