from typing import TYPE_CHECKING

from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Blobs:
    """`Blobs` in the media bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes) -> None:
        with as_unavailable("storing a large update"):
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)
