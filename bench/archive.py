"""(f) The archiver: records a second, and what a million of them cost."""

import base64
import contextlib
import io
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from bench import bodies, calls, logs, units
from bench.assumptions import assumed
from bench.ledger import Ledger
from bench.meter import gb_seconds
from bench.results import Number, Section
from functions.archiver import handler as function
from functions.archiver import wiring
from functions.core.archive.segment import Head, Retention
from functions.core.archive.service import Archiver
from functions.core.archive.store import Kept
from functions.core.content.binding import Binding
from functions.core.content.envelope import KEY_BYTES, ContentKey
from functions.core.runtime.values import encode
from tests.fakes.audit import audit_writer

_MILLION = 1_000_000
_GB = 1024**3
_MEMORY_MIB = 512  # infra/stacks/content.py
_BATCHES = (1, 100, 1000)  # changes in one invocation; the last is the event source's most
_CHANGES = 3_000
_AIM_DOLLARS = 1.0  # a million records in full batches
_KEY = ContentKey("nbench~0", 1, b"k" * KEY_BYTES)
_THREAD = f"{bodies.NUMBER}#nbench0000000000000001"


@dataclass
class _Stores:
    """S3 and DynamoDB that count what they are asked for."""

    ledger: Ledger = field(default_factory=Ledger)
    objects: dict[str, bytes] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    waited_ms: float = 0.0

    def add(self, name: str, data: bytes, *, until: datetime) -> bool:  # noqa: ARG002 (S3's part)
        self._asked("s3", "s3.put", 1)
        return self.objects.setdefault(name, data) is data

    def read(self, name: str) -> Any:
        if name in self.objects:
            self._asked("s3", "s3.get", 1)
            return Kept(self.objects[name], None)
        self._asked("dynamodb", "dynamodb.read_unit", units.read_units([500], consistent=True))
        return self.heads.get(name)

    def get(self, _name: str) -> bytes | None:
        return None

    def all(self) -> dict[str, Head]:
        return dict(self.heads)

    def move(self, shard: str, _old: Head | None, new: Head) -> bool:
        item = units.item_bytes(encode({"pk": shard, "sk": shard, **vars(new)}))
        self._asked("dynamodb", "dynamodb.write_unit", units.write_units(item, item))
        self.heads[shard] = new
        return True

    def _asked(self, service: str, price: str, amount: float) -> None:
        self.ledger.bill("archiver", price, amount)
        self.waited_ms += assumed("wait_ms", service)


def measure() -> Section:
    changes = list(_life(_CHANGES))
    numbers: list[Number] = []
    for batch in _BATCHES:
        numbers += _numbers(batch, changes[: 300 if batch == 1 else _CHANGES])
    return Section(
        key="archive",
        title="(f) archiver: us-east-1, for a million archived records",
        numbers=numbers,
        notes=[
            "Changes as conversations make them: a message in, one out with its outcome and three",
            "statuses, and the bookkeeping beside them; sealed content of real length.",
            f"Lambda: {_MEMORY_MIB} MiB, processor time measured here, parsing the event included,",
            "and doubled; assumed waiting. Free tiers are not deducted.",
        ],
    )


def _numbers(batch: int, changes: list[dict[str, Any]]) -> list[Number]:
    stores = _Stores()
    records = seconds = 0.0
    with _function(stores):
        for start in range(0, len(changes), batch):
            event = json.dumps({"Records": changes[start : start + batch]})
            took, kept = _invoke(event, stores)
            seconds += took
            records += kept
    size = sum(len(data) for data in stores.objects.values())
    a_million = _MILLION / records
    stored = size * a_million / _GB
    name = f"batches of {batch}"
    return [
        Number(name=f"{name}: records", value=records / seconds, unit="a second of processor"),
        Number(
            name=f"{name}: requests, Lambda, logs",
            value=stores.ledger.dollars * a_million,
            unit="$ a million",
            target=_AIM_DOLLARS if batch == max(_BATCHES) else None,
        ),
        Number(name=f"{name}: stored", value=stored * 1024, unit="MiB a million"),
        Number(
            name=f"{name}: kept",
            value=_storage(stored),
            unit="$ a million, month",
        ),
    ]


def _storage(gb: float) -> float:
    ledger = Ledger()
    ledger.bill("archiver", "s3.storage", gb)
    return ledger.dollars


@contextlib.contextmanager
def _function(stores: _Stores) -> Iterator[None]:
    archiver = Archiver(
        vault=stores,
        source=stores,
        heads=stores,
        retention=Retention(mode="COMPLIANCE", days=1827, name="mifid-ii-16-7"),
    )
    settings = SimpleNamespace(stream_shards="one")
    with (
        patch.object(wiring, "archiver", lambda: archiver),
        # what an entry costs is told in section (j)
        patch.object(wiring, "audit", audit_writer),
        patch.object(wiring, "settings", lambda: settings),
    ):
        yield


def _invoke(event: str, stores: _Stores) -> tuple[float, int]:
    """Seconds of processor time, and records archived."""
    written, stores.waited_ms = io.StringIO(), 0.0
    begin = time.process_time()
    with contextlib.redirect_stdout(written):
        function.handler(json.loads(event), calls.Context())  # type: ignore[arg-type] # only the id is read
    seconds = time.process_time() - begin
    bill = stores.ledger.bill
    bill("archiver", "lambda.request", 1)
    bill("archiver", "lambda.gb_second", gb_seconds(seconds, stores.waited_ms, _MEMORY_MIB))
    logged = logs.lines_bytes(written.getvalue()) + assumed("logs", "platform_bytes")
    bill("archiver", "logs.gb", logged / _GB)
    lines = map(json.loads, written.getvalue().splitlines())
    return seconds, int(sum(line.get("ArchivedRecords", 0) for line in lines))


def _life(changes: int) -> Iterator[dict[str, Any]]:
    """Stream records of so many changes."""
    number = 0
    while True:
        for old, new in _conversation(number):
            number += 1
            yield _stream_record(number, old, new)
            if number == changes:
                return


def _conversation(number: int) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any]]]:
    who = bodies.person(number)
    thread = {"pk": f"THREAD#{_THREAD}", "sk": "THREAD", "last_ms": number}
    received = _item(f"w_{number:026}", [bodies.inbound(number, who)])
    yield None, received
    yield thread, {**thread, "last_ms": number + 1}
    told: list[bodies.Json] = []
    sent = _item(f"m_{number:026}", told)
    sent |= {
        "type": "text",
        "key": _KEY.id,
        "created_ms": 1_790_000_000_000,
        "sealed_intent": _sealed(sent, "intent", {"type": "text", "text": "x" * 160}),
        "sealed_address": _sealed(sent, "address", {"to": "+4915550000000"}),
    }
    steps = [sent | {"send_state": state} for state in ("queued", "sending")]
    wamid = _sealed(sent, "wamid", bodies.wamid(number))
    steps.append(sent | {"send_state": "accepted", "sealed_wamid": wamid})
    for state in ("sent", "delivered", "read"):
        told.append(bodies.status(state, bodies.wamid(number), who, f"m_{number:026}"))
        facts = _item(f"m_{number:026}", told)["facts"]
        steps.append({**steps[-1], "facts": facts})
    before: dict[str, Any] | None = None
    for step in steps:
        yield before, step
        before = step


def _item(name: str, told: list[bodies.Json]) -> dict[str, Any]:
    item: dict[str, Any] = {"pk": f"MESSAGE#{name}", "sk": "MESSAGE", "thread": _THREAD}
    facts = {}
    for index, update in enumerate(told):
        kind = "status" if "statuses" in json.dumps(update) else "message"
        fact_id = f"{index:026}"
        facts[fact_id] = {
            "kind": kind,
            "at_ms": 1_790_000_000_000,
            "thread": _THREAD,
            "direction": "inbound",
            "type": "text",
            "key": _KEY.id,
            "tag": "t" * 26,
            "bytes": 700,
            "webhook": bytes(32),
            "sealed": _sealed(item, f"facts.{fact_id}.raw", update),
        }
    return {**item, "facts": facts, "digest": "d" * 32}


def _sealed(item: Mapping[str, Any], name: str, content: Any) -> bytes:
    place = Binding("conversations", f"{item['pk']}|{item['sk']}", name)
    return _KEY.seal(place, json.dumps(content).encode())


def _stream_record(number: int, old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ApproximateCreationDateTime": 1_790_000_000,
        "Keys": encode({"pk": new["pk"], "sk": new["sk"]}),
        "NewImage": _wire(encode(new)),
        "SequenceNumber": f"{number:021}",
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if old is not None:
        told["OldImage"] = _wire(encode(old))
    return {"eventName": "MODIFY" if old else "INSERT", "dynamodb": told}


def _wire(value: Any) -> Any:
    """Binary values as base64, as in a Lambda event."""
    if isinstance(value, dict):
        return {name: _wire(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_wire(part) for part in value]
    data = getattr(value, "value", value)
    return base64.b64encode(data).decode() if isinstance(data, bytes) else data


if __name__ == "__main__":
    from rich.console import Console

    from bench import screen

    screen.show(measure(), Console())
