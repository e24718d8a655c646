"""A change of one item, as DynamoDB's stream tells it.

Attribute values stay as they came, `{"S": …}`: two images are compared as they are, and only what
changed is decoded. In a Lambda event binary values are base64 text.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.core.runtime.errors import AmanaError

Image = Mapping[str, Mapping[str, Any]]


class UnknownShardError(AmanaError):
    """The event names no shard: give the stream's event source a tumbling window and deploy."""


_SHARD = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True)
class Change:
    """`sequence`: its place within its shard. `at_ms`: when the stream learnt of it."""

    sequence: int
    at_ms: int
    pk: str
    sk: str
    old: Image
    new: Image
    removed: bool

    @property
    def day(self) -> str:
        """Of UTC, as it stands in object names: 2026/11/24."""
        return datetime.fromtimestamp(self.at_ms / 1000, UTC).strftime("%Y/%m/%d")


def change_from(record: Mapping[str, Any]) -> Change:
    told = record["dynamodb"]
    keys = told["Keys"]
    return Change(
        sequence=int(told["SequenceNumber"]),
        at_ms=round(float(told["ApproximateCreationDateTime"]) * 1000),
        pk=str(keys["pk"].get("S", "")),
        sk=str(keys.get("sk", {}).get("S", "")),
        old=told.get("OldImage") or {},
        new=told.get("NewImage") or {},
        removed=record.get("eventName") == "REMOVE",
    )


def plain(value: Mapping[str, Any]) -> Any:
    """An attribute value as a Python value; numbers are integers, as everywhere here."""
    ((kind, inner),) = value.items()
    match kind:
        case "N":
            return int(inner)
        case "B":
            return inner if isinstance(inner, bytes) else base64.b64decode(inner)
        case "NULL":
            return None
        case "M":
            return {name: plain(part) for name, part in inner.items()}
        case "L":
            return [plain(part) for part in inner]
    return inner


def attribute(image: Image, name: str) -> Any:
    """None when the item has no such attribute."""
    return plain(image[name]) if name in image else None


def entries(image: Image, name: str) -> Mapping[str, Mapping[str, Any]]:
    """The entries of a map attribute, not decoded; none when there is no such map."""
    inner = image.get(name, {}).get("M")
    return inner if isinstance(inner, dict) else {}


def shard_of(event: Mapping[str, Any], stream_shards: str) -> str:
    """Sequence numbers have an order within one shard only.

    Lambda names the shard only when the event source has a tumbling window. Without one, all
    shards of a stream would look like one, and changes of the slower would be taken as archived.
    """
    if stream_shards == "one":
        return "one"
    shard = event.get("shardId")
    if not isinstance(shard, str) or _SHARD.fullmatch(shard) is None:
        raise UnknownShardError("the event names no shard")
    return shard
