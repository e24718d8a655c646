"""Objects written once and piece by piece, and read in ranges; memory holds one part.

A write that is not committed leaves nothing: an object appears when its last part is in, and what
a dead process began is swept by the bucket's lifecycle.
"""

from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from functions.core.media.errors import LaterError, MissingObjectError
from functions.core.media.model import Reason
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_PIECE_BYTES = 256 * 1024
_THERE = "PreconditionFailed"
_MISSING = frozenset({"NoSuchKey", "404"})


class Writing(Protocol):
    def write(self, data: bytes) -> None: ...

    def commit(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Without `commit` nothing stays."""


class Objects(Protocol):
    def writing(self, name: str, *, once: bool) -> Writing:
        """`once`: an object of that name that is there already stays, and that is fine."""

    def read(self, name: str, first: int, last: int) -> bytes:
        """These bytes, both included; fewer when the object ends before."""

    def pieces(self, name: str, first: int) -> Iterator[bytes]:
        """From that byte to the end."""

    def delete(self, name: str) -> None: ...

    def erase(self, name: str) -> None:
        """With every version there is: nothing of it is left."""


class S3Objects:
    """`part_bytes`: at least 5 MiB, S3's least."""

    def __init__(self, client: "S3Client", bucket: str, *, part_bytes: int) -> None:
        self._client = client
        self._bucket = bucket
        self._part_bytes = part_bytes

    def writing(self, name: str, *, once: bool) -> "S3Writing":
        return S3Writing(self._client, self._bucket, name, self._part_bytes, once=once)

    def read(self, name: str, first: int, last: int) -> bytes:
        return b"".join(self._ranged(name, f"bytes={first}-{last}"))

    def pieces(self, name: str, first: int) -> Iterator[bytes]:
        return self._ranged(name, f"bytes={first}-")

    def delete(self, name: str) -> None:
        with as_unavailable("deleting an object"):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def erase(self, name: str) -> None:
        with as_unavailable("erasing an object"):
            versions = self._client.get_paginator("list_object_versions")
            for page in versions.paginate(Bucket=self._bucket, Prefix=name):
                for each in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
                    if each["Key"] == name:
                        self._client.delete_object(
                            Bucket=self._bucket, Key=name, VersionId=each["VersionId"]
                        )

    def _ranged(self, name: str, wanted: str) -> Iterator[bytes]:
        try:
            with as_unavailable("reading an object"):
                found = self._client.get_object(Bucket=self._bucket, Key=name, Range=wanted)
        except StoreUnavailableError as error:
            if _code(error.__cause__) in _MISSING:
                raise MissingObjectError(Reason.OBJECT_MISSING) from None
            raise
        try:
            yield from found["Body"].iter_chunks(_PIECE_BYTES)
        except (BotoCoreError, HTTPClientError, OSError):
            raise LaterError(Reason.STORE_UNAVAILABLE) from None


class S3Writing:
    def __init__(
        self, client: "S3Client", bucket: str, name: str, part_bytes: int, *, once: bool
    ) -> None:
        self._client = client
        self._place: dict[str, Any] = {"Bucket": bucket, "Key": name}
        self._once: dict[str, Any] = {"IfNoneMatch": "*"} if once else {}
        self._part_bytes = part_bytes
        self._waiting = bytearray()
        self._upload: str | None = None
        self._parts: list[CompletedPartTypeDef] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._upload is not None:
            self._abort(self._upload)

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= self._part_bytes:
            part = bytes(memoryview(self._waiting)[: self._part_bytes])
            del self._waiting[: self._part_bytes]
            self._send(part)

    def commit(self) -> None:
        last = bytes(self._waiting)
        self._waiting = bytearray()
        with as_unavailable("storing an object"):
            try:
                self._finish(last)
            except ClientError as error:
                if _code(error) != _THERE:
                    raise
                if self._upload is not None:
                    self._abort(self._upload)
        self._upload = None

    def _finish(self, last: bytes) -> None:
        if self._upload is None:
            self._client.put_object(**self._place, Body=last, **self._once)
            return
        if last:
            self._send(last)
        self._client.complete_multipart_upload(
            **self._place,
            UploadId=self._upload,
            MultipartUpload={"Parts": self._parts},
            **self._once,
        )

    def _send(self, part: bytes) -> None:
        with as_unavailable("storing a part"):
            if self._upload is None:
                self._upload = self._client.create_multipart_upload(**self._place)["UploadId"]
            number = len(self._parts) + 1
            told = self._client.upload_part(
                **self._place, UploadId=self._upload, PartNumber=number, Body=part
            )
        self._parts.append({"ETag": told["ETag"], "PartNumber": number})

    def _abort(self, upload: str) -> None:
        """Best effort: the bucket's lifecycle sweeps what is left."""
        self._upload = None
        try:
            self._client.abort_multipart_upload(**self._place, UploadId=upload)
        except (ClientError, BotoCoreError):
            return


def _code(error: BaseException | None) -> str:
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""
