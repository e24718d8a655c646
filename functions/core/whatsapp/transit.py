"""A webhook body on its way through the queue: packed by `webhook`, unpacked by `inbound`.

Any bytes come out as they went in. They travel sealed, as base64; large ones lie sealed in a
bucket and a pointer travels. The message attribute `encoding` says which, and nothing else.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from functions.core.runtime.errors import AmanaError
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

PURPOSE = "webhook"

_PREFIX = "webhooks/"


class TransitError(AmanaError):
    """A queue message was not packed by this platform, or its object is gone or changed."""


class Sealer(Protocol):
    def seal(self, purpose: str, content: bytes) -> bytes: ...


class Opener(Protocol):
    def open(self, purpose: str, sealed: bytes) -> bytes: ...


@dataclass(frozen=True)
class Packed:
    """What to send. `stored`: name and content of the object that must be there first."""

    message: str
    encoding: str
    stored: tuple[str, bytes] | None = None

    @property
    def attributes(self) -> dict[str, "MessageAttributeValueTypeDef"]:
        return {"encoding": {"DataType": "String", "StringValue": self.encoding}}


def pack(body: bytes, *, sealer: Sealer, bucket: str, claim_check_bytes: int) -> Packed:
    """`claim_check_bytes`: the largest message that travels in the queue itself."""
    sealed = sealer.seal(PURPOSE, body)
    message = base64.b64encode(sealed).decode()
    if len(message) <= claim_check_bytes:
        return Packed(message, "sealed")
    key = _PREFIX + hashlib.sha256(sealed).hexdigest()
    pointer = {"bucket": bucket, "key": key, "bytes": len(sealed)}
    return Packed(json.dumps(pointer), "s3", (key, sealed))


def unpack(record: Mapping[str, Any], *, opener: Opener, s3: "S3Client") -> bytes:
    """The body of a record as Lambda receives it from SQS."""
    encoding = record.get("messageAttributes", {}).get("encoding", {}).get("stringValue")
    message = str(record.get("body", ""))
    try:
        if encoding == "sealed":
            return opener.open(PURPOSE, base64.b64decode(message, validate=True))
        content = json.loads(message)
        bucket, key = content["bucket"], content["key"]
    except (ValueError, KeyError, TypeError):
        raise TransitError("not a packed webhook") from None
    if encoding != "s3":
        raise TransitError("unknown encoding")
    return opener.open(PURPOSE, _fetched(s3, bucket, key))


def _fetched(s3: "S3Client", bucket: str, key: str) -> bytes:
    with as_unavailable("fetching a webhook body"):
        sealed = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    if key != _PREFIX + hashlib.sha256(sealed).hexdigest():
        raise TransitError("the stored body is not the one that was packed")
    return sealed
