"""Legal holds of S3 Object Lock: they stand beside an object's retention, and end only by hand."""

from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_GONE = ("NoSuchKey", "NoSuchVersion", "404")


class Locks(Protocol):
    def put(self, name: str, *, on: bool) -> None:
        """Of an object that is not there, nothing is locked."""


class Claims(Protocol):
    def is_held(self, name: str) -> bool: ...


class S3Locks:
    """In the archive bucket, whose objects have one version each."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, name: str, *, on: bool) -> None:
        with as_unavailable("locking an object"):
            try:
                self._client.put_object_legal_hold(
                    Bucket=self._bucket,
                    Key=name,
                    LegalHold={"Status": "ON" if on else "OFF"},
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in _GONE:
                    raise


def settle(name: str, claims: Claims, locks: Locks) -> None:
    """Lock an object or unlock it, as its claims say.

    Whoever changes claims settles afterwards, and is done when they still are what was put. So
    the last of several that are at it at once leaves behind what is claimed.
    """
    while True:
        held = claims.is_held(name)
        locks.put(name, on=held)
        if claims.is_held(name) == held:
            return
