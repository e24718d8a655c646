"""The outbox in memory, and what stands in it."""

import itertools
import json
from collections import Counter
from typing import Any

import boto3

from functions.core.audit.outbox import DynamoOutbox
from functions.core.audit.writer import Parcel, Writer

NOW_MS = 1_790_000_000_000


class MemoryOutbox:
    """`Outbox`; `action` gives what a fake transaction hands to `take`."""

    def __init__(self) -> None:
        self.parcels: dict[str, Parcel] = {}
        self.writers: Counter[str] = Counter()

    def open(self, function: str) -> int:
        self.writers[function] += 1
        return self.writers[function]

    def put(self, parcel: Parcel) -> bool:
        return self.parcels.setdefault(parcel.key, parcel) == parcel

    def action(self, parcel: Parcel) -> Any:
        return parcel

    @property
    def entries(self) -> list[dict[str, Any]]:
        """In the order of writing."""
        told = itertools.chain.from_iterable(one.entries for one in self.parcels.values())
        return [json.loads(entry) for entry in told]

    @property
    def actions(self) -> list[tuple[str, str]]:
        return [(entry["action"], entry["outcome"]) for entry in self.entries]


def audit_writer(outbox: MemoryOutbox | None = None, function: str = "tests") -> Writer:
    return Writer(outbox or MemoryOutbox(), function=function, now_ms=lambda: NOW_MS)


def table_writer(client: Any, table: str = "outbox", function: str = "tests") -> Writer:
    """Over a real table, for what shares a transaction with its entry."""
    outbox = DynamoOutbox(client, table, now_ms=lambda: NOW_MS)
    return Writer(outbox, function=function, now_ms=lambda: NOW_MS)


def own_writer() -> Writer:
    """A test's own, beside those of the functions under test."""
    return table_writer(boto3.client("dynamodb"))
