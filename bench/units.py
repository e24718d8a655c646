"""What AWS bills for one request, by its published rules. Pure.

DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
and CapacityUnitCalculations.html beside it. The rule that entries of an index cost the same inside
and outside a transaction stands on no page of AWS; it was measured against DynamoDB by the authors
of github.com/nubo-db/dynoxide (docs/compatibility-summary.md, Aug 2026).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

_READ_BYTES, _WRITE_BYTES, _SQS_BYTES = 4096, 1024, 64 * 1024

AttributeValue = Mapping[str, Any]  # as the DynamoDB API writes it: {"S": "text"}
Item = Mapping[str, AttributeValue]


def item_bytes(item: Item) -> int:
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: AttributeValue) -> int:
    ((kind, content),) = value.items()
    if kind in _SCALARS:
        return _SCALARS[kind](content)
    if kind == "L":
        return 3 + sum(1 + _value_bytes(element) for element in content)
    if kind == "M":
        return 3 + sum(1 + len(k.encode()) + _value_bytes(v) for k, v in content.items())
    return sum(_SCALARS[kind[0]](element) for element in content)  # a set of scalars


def _number_bytes(text: str) -> int:
    """A byte for every two significant digits, one more, and one for a sign."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return ceil(len(digits) / 2) + 1 + text.startswith("-")


_SCALARS: Mapping[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": _number_bytes,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
}


def read_units(items: Iterable[int], *, consistent: bool) -> float:
    """Items read by key: each is rounded up on its own; one that is missing costs the least."""
    whole = sum(max(1, ceil(size / _READ_BYTES)) for size in items)
    return whole if consistent else whole / 2


def query_units(items: Iterable[int], *, consistent: bool = False) -> float:
    """Items of one page are added up first."""
    return read_units([sum(items)], consistent=consistent)


def write_units(before: int, after: int, *, transaction: bool = False) -> int:
    """Sizes of the item, 0 where there was or is none. A failed condition costs the same."""
    units = max(1, ceil(max(before, after) / _WRITE_BYTES))
    return 2 * units if transaction else units


@dataclass(frozen=True)
class Index:
    """A global secondary index that projects keys only."""

    name: str
    keys: tuple[str, ...]
    table_keys: tuple[str, ...]

    def entry(self, item: Item) -> Item | None:
        """None: an item without one of the keys is not in the index."""
        if any(key not in item for key in self.keys):
            return None
        return {name: item[name] for name in {*self.keys, *self.table_keys}}

    def write_units(self, before: Item, after: Item) -> int:
        """An entry that moves is deleted and written; one that stays costs nothing."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        return sum(write_units(0, item_bytes(entry)) for entry in (old, new) if entry)


def sqs_requests(payload_bytes: int) -> int:
    return max(1, ceil(payload_bytes / _SQS_BYTES))


def message_bytes(body: str, attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """Names, types and values of attributes count as payload."""
    size = len(body.encode())
    for name, value in attributes.items():
        content = value.get("StringValue", "")
        size += len(name.encode()) + len(value["DataType"]) + len(content.encode())
    return size


def batch_requests(sizes: Collection[int]) -> int:
    """Messages that travel in one request are added up."""
    return sqs_requests(sum(sizes))


def sampled_share(per_second: float, *, reservoir: float, share: float) -> float:
    """X-Ray: so many requests a second are all traced, of the others a share."""
    if per_second <= reservoir:
        return 1.0
    return (reservoir + share * (per_second - reservoir)) / per_second
