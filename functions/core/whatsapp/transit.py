"""A webhook body on its way through the queue: packed by `webhook`, unpacked by `inbound`.

Any bytes come out as they went in. Bodies that are plain text travel as they are, so that an
operator can read a dead letter; others as base64; large ones lie in a bucket and a pointer
travels. The message attribute `encoding` says which, and nothing else.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.core.runtime.errors import AmanaError
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

# Characters SQS refuses (and a carriage return, which XML parsers on the way may change), found
# at the speed of C: control characters, U+FFFE and U+FFFF.
_CONTROL = bytes(set(range(0x20)) - set(b"\t\n"))
_NOT_CONTROL = bytes(set(range(256)) - set(_CONTROL))
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")

_PREFIX = "webhooks/"


class TransitError(AmanaError):
    """A queue message was not packed by this platform, or its object is gone or changed."""


@dataclass(frozen=True)
class Packed:
    """What to send. `object_key`: where the body must be stored first, for a pointer."""

    message: str
    encoding: str
    object_key: str | None = None

    @property
    def attributes(self) -> dict[str, "MessageAttributeValueTypeDef"]:
        return {"encoding": {"DataType": "String", "StringValue": self.encoding}}


def pack(body: bytes, *, bucket: str, claim_check_bytes: int) -> Packed:
    """The key of a large body is its digest: a redelivery overwrites the same object."""
    if len(body) > claim_check_bytes:
        key = _PREFIX + hashlib.sha256(body).hexdigest()
        pointer = {"bucket": bucket, "key": key, "bytes": len(body)}
        return Packed(json.dumps(pointer), "s3", key)
    text = _plain_text(body)
    if text:
        return Packed(text, "text")
    return Packed(json.dumps({"base64": base64.b64encode(body).decode()}), "base64")


def unpack(record: Mapping[str, Any], s3: "S3Client") -> bytes:
    """The body of a record as Lambda receives it from SQS."""
    encoding = record.get("messageAttributes", {}).get("encoding", {}).get("stringValue")
    message = str(record.get("body", ""))
    if encoding == "text":
        return message.encode()
    try:
        content = json.loads(message)
        if encoding == "base64":
            return base64.b64decode(content["base64"], validate=True)
        bucket, key = content["bucket"], content["key"]
    except (ValueError, KeyError, TypeError):
        raise TransitError("not a packed webhook") from None
    if encoding != "s3":
        raise TransitError("unknown encoding")
    return _fetched(s3, bucket, key)


def _plain_text(body: bytes) -> str | None:
    if body.translate(None, _NOT_CONTROL) or any(each in body for each in _NONCHARACTERS):
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _fetched(s3: "S3Client", bucket: str, key: str) -> bytes:
    with as_unavailable("fetching a webhook body"):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    if key != _PREFIX + hashlib.sha256(body).hexdigest():
        raise TransitError("the stored body is not the one that was packed")
    return body
