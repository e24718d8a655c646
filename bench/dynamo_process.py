"""DynamoDB of the emulator in a process of its own, so that the measured one holds no tables.

Requests are taken from botocore before they are sent, and travel over a pipe.
"""

import importlib
import json
import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from bench import units

_READS = ("GetItem", "Query")
_PARAMS = "bench_params"
_SEED = "seed"


class DynamoProcess:
    """`units`: (read or write, table) -> capacity units; `calls`: operation -> how often."""

    def __init__(self, pipe: Connection) -> None:
        self.units: dict[tuple[str, str], float] = defaultdict(float)
        self.calls: Counter[str] = Counter()
        self._pipe = pipe
        self._turn = Lock()

    def attach(self, client: Any) -> None:
        # both would carry the request out
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register("before-send.dynamodb", self._send)
        client.meta.events.register("provide-client-params.dynamodb", _asking)
        client.meta.events.register("after-call.dynamodb", self._count)

    def forget(self) -> None:
        self.units.clear()
        self.calls.clear()

    def seed(self, table: str, module: str, function: str, *arguments: Any) -> None:
        """Items that `function` gives, as DynamoDB writes them: made and put in over there."""
        with self._turn:
            self._pipe.send((_SEED, json.dumps([table, module, function, arguments]).encode()))
            self._pipe.recv()

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        told = target.decode() if isinstance(target, bytes) else target
        with self._turn:
            self._pipe.send((told, bytes(request.body)))
            status, body = self._pipe.recv()
        return AWSResponse(request.url, status, HTTPHeaders(), _Body(body))

    def _count(self, parsed: Any, model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._turn:
            self.calls[model.name] += 1
            if model.name == "BatchGetItem":  # the emulator bills nothing for what is not there
                for table, told in context[_PARAMS]["RequestItems"].items():
                    sizes = [0] * len(told["Keys"])  # none of ours is larger than 4 KB
                    consistent = told.get("ConsistentRead", False)
                    self.units["read", table] += units.read_units(sizes, consistent=consistent)
                return
            kind = "read" if model.name in _READS else "write"
            consumed = parsed.get("ConsumedCapacity") or []
            for each in consumed if isinstance(consumed, list) else [consumed]:
                self.units[kind, each["TableName"]] += each["CapacityUnits"]


class _Body:
    """What botocore reads an answer from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


def _asking(
    params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any
) -> dict[str, Any]:
    context[_PARAMS] = params
    members = model.input_shape.members
    asked = {"ReturnConsumedCapacity": "TOTAL"} if "ReturnConsumedCapacity" in members else {}
    return params | asked


@contextmanager
def running() -> Iterator[DynamoProcess]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    theirs.close()
    try:
        yield DynamoProcess(ours)
    finally:
        ours.send(None)
        process.join()


def _serve(pipe: Connection) -> None:
    emulator = importlib.import_module("ministack.services.dynamodb")
    while (request := pipe.recv()) is not None:
        target, body = request
        if target == _SEED:
            _seed(emulator, *json.loads(body))
            pipe.send((200, b""))
            continue
        answering = emulator.handle_request("POST", "/", {"x-amz-target": target}, body, {})
        try:
            answering.send(None)
        except StopIteration as answered:
            status, _, content = answered.value
            pipe.send((status, content if isinstance(content, bytes) else content.encode()))
        else:
            pipe.send((500, json.dumps({"__type": "NeverAnswered"}).encode()))


def _seed(emulator: Any, table: str, module: str, function: str, arguments: list[Any]) -> None:
    """Without a request for each: those of a million items would take an hour."""
    stored = emulator._tables[table]  # noqa: SLF001 - no request takes that many
    for item in getattr(importlib.import_module(module), function)(*arguments):
        emulator._set_item(stored, item["pk"]["S"], item["sk"]["S"], item)  # noqa: SLF001 - as above
