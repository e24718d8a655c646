"""Retention of many messages of many more: `python -m bench.retention [due] [not due]`.

The emulator's DynamoDB in a process of its own; the code is the one that the workflow calls. What
is not due must cost nothing: the same requests, of the same units, with it and without it. Not
part of `make bench`: a million messages take minutes and some ten gigabytes.
"""

import base64
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
from moto import mock_aws
from rich.console import Console

from bench import screen
from bench.dynamo_process import DynamoProcess, running
from bench.results import Number, Section
from functions.core.audit.model import Actor
from functions.core.audit.outbox import DynamoOutbox
from functions.core.audit.writer import Writer
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.conversations.model import moment, thread_attributes, thread_id
from functions.core.retention.contacts import Horizon
from functions.core.retention.disposing import Disposer, Place, Reason
from functions.core.retention.due import SHARDS
from functions.core.retention.kinds import DataKind
from functions.core.retention.rules import DAY_MS, Rule
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.core.runtime.values import encode
from tests.fakes import tables

_DUE, _KEPT = 100_000, 900_000
# messages of one person
_THREAD = 10
# bytes of a sealed text with what stands around it, as in the average message
_CONTENT = 700
_NOW = 1_790_000_000_000
_RULES = {kind: Rule(kind=kind, keep_days=365) for kind in DataKind}
_TABLES = {name: name for name in ("conversations", "consent", "compliance", "keys")}


class _Nothing:
    """No object belongs to these messages."""

    def erase(self, _name: str) -> None:
        raise AssertionError("nothing was to be erased")


@dataclass
class _Measured:
    seconds: float
    counts: Counter[str]
    units: dict[tuple[str, str], float]
    calls: Counter[str]


def measure(due: int, kept: int) -> Section:
    without, beside = _run(due, 0), _run(due, kept)
    if without.counts != beside.counts or beside.counts["conversations.message"] != due:
        raise AssertionError("other messages went than those that were due")
    items = sum(beside.counts.values())
    units = {kind: _total(beside, kind) for kind in ("write", "read")}
    return Section(
        key="retention",
        title=f"retention of {due:,} due messages of {due + kept:,}, on the emulator",
        numbers=[
            Number(name="items deleted a second, one worker", value=items / beside.seconds,
                   unit="items/s"),
            Number(name="write units an item", value=units["write"] / items, unit="units"),
            Number(name="read units an item", value=units["read"] / items, unit="units"),
            Number(name="requests a thousand items",
                   value=beside.calls.total() * 1000 / items, unit="requests"),
            Number(name=f"units more with {kept:,} not due",
                   value=abs(sum(beside.units.values()) - sum(without.units.values())),
                   unit="units", target=0, hard=True),
            Number(name=f"requests more with {kept:,} not due",
                   value=abs(beside.calls.total() - without.calls.total()),
                   unit="requests", target=0, hard=True),
        ],
        details={"calls": dict(beside.calls), "calls_without": dict(without.calls)},
    )  # fmt: skip


def _run(due: int, kept: int) -> _Measured:
    with mock_aws(), running() as process:
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        process.attach(client)
        tables.create(client)
        for messages, days, name in ((due, 400, "due"), (kept, 100, "kept")):
            at_ms = _NOW - days * DAY_MS
            process.seed("conversations", "bench.retention", "stored", messages, at_ms, name)
        process.forget()
        return _measured(process, _disposer(client))


def _measured(process: DynamoProcess, disposer: Disposer) -> _Measured:
    horizon = Horizon(rules=_RULES, archive_days=0)
    before_ms = _RULES[DataKind.COMMUNICATIONS].due_before(_NOW)
    counts: Counter[str] = Counter()
    begin = time.perf_counter()
    for shard in range(SHARDS):
        for unit in disposer.listing.due(DataKind.COMMUNICATIONS, shard, before_ms=before_ms):
            counts.update(disposer.unit(unit, before_ms=before_ms, horizon=horizon).counts)
    seconds = time.perf_counter() - begin
    return _Measured(seconds, counts, dict(process.units), Counter(process.calls))


def _disposer(client: Any) -> Disposer:
    records = DynamoRecords(client, "conversations")
    outbox = DynamoOutbox(client, "outbox", now_ms=lambda: _NOW)
    return Disposer(
        Place(client=client, tables=_TABLES, media=_Nothing(), numbers=lambda: ("1",)),
        Reason(by=Actor(kind="system", id="bench"), run="bench", word="retention"),
        directory=Directory(
            records=records,
            pseudonyms=Pseudonyms(key=b"k", portfolio_id="p"),
            new_id=lambda _: random_id(),
            now_ms=lambda: _NOW,
        ),
        audit=Writer(outbox, function="bench", now_ms=lambda: _NOW),
        now_ms=lambda: _NOW,
        new_id=random_id,
    )


def stored(messages: int, at_ms: int, name: str) -> Iterator[dict[str, Any]]:
    """Messages with their threads, as requests to DynamoDB hold them: bytes in base64."""
    for item in _items(messages, at_ms, name):
        yield json.loads(json.dumps(encode(item), default=_base64))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _items(messages: int, at_ms: int, name: str) -> Iterator[dict[str, Any]]:
    for number in range(messages):
        thread = thread_id("1", f"n{name}{number // _THREAD}")
        if number % _THREAD == 0:
            told = thread_attributes(
                thread, first_ms=at_ms, last_ms=at_ms + _THREAD, window_from_ms=at_ms,
                entry_points_ms=[],
            )  # fmt: skip
            yield {"pk": f"THREAD#{thread}", "sk": "THREAD", **told}
        yield _message(f"w_{name}{number}", thread, at_ms + number % _THREAD)


def _message(name: str, thread: str, at_ms: int) -> dict[str, Any]:
    fact = {
        "kind": "message", "at_ms": at_ms, "thread": thread, "direction": "inbound",
        "key": f"{thread}~0", "type": "text", "webhook": bytes(32), "tag": "t" * 26,
        "bytes": _CONTENT, "sealed": bytes(_CONTENT),
    }  # fmt: skip
    return {
        "pk": f"MESSAGE#{name}", "sk": "MESSAGE", "thread": thread, "at": moment(at_ms, name),
        "facts": {"f": fact}, "digest": "d" * 32,
    }  # fmt: skip


def _total(measured: _Measured, kind: str) -> float:
    return sum(units for (each, _), units in measured.units.items() if each == kind)


if __name__ == "__main__":
    asked = [int(text.replace("_", "")) for text in sys.argv[1:3]]
    due, kept = asked if len(asked) == 2 else (_DUE, _KEPT)  # noqa: PLR2004 - due, not due
    screen.show(measure(due, kept), Console(width=110))
