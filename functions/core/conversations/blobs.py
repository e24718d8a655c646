from typing import TYPE_CHECKING

from functions.core.content.binding import Binding
from functions.core.content.keyring import KeyRing
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def blob_binding(name: str) -> Binding:
    return Binding("media", name, "update")


class S3Blobs:
    """`Blobs` in the media bucket, sealed."""

    def __init__(self, client: "S3Client", bucket: str, ring: KeyRing) -> None:
        self._client = client
        self._bucket = bucket
        self._ring = ring

    def put(self, name: str, body: bytes, *, key_id: str) -> None:
        sealed = self._ring.seal(key_id, blob_binding(name), body)
        with as_unavailable("storing a large update"):
            self._client.put_object(Bucket=self._bucket, Key=name, Body=sealed)
