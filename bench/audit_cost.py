"""`python -m bench.audit_cost`: what a million entries of the audit log cost.

The sequencer's function runs as it is, over a bucket and a key that count what they are asked for.
"""

import contextlib
import io
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench import calls, logs, units
from bench.assumptions import assumed
from bench.ledger import Ledger, dollars
from bench.meter import gb_seconds
from bench.results import Number, Section
from functions.audit_sequencer import handler as function
from functions.audit_sequencer import wiring
from functions.core.audit.log_s3 import Lock, S3LockedLog
from functions.core.audit.model import Actor, Event
from functions.core.audit.outbox import DynamoOutbox
from functions.core.audit.sequencer import Sequencer
from functions.core.audit.signing import KmsSigner
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Writer
from functions.core.runtime import clock
from functions.core.runtime.policies import value

_MILLION = 1_000_000
_GB = 1024**3
_MEMORY_MIB = 1024  # infra/stacks/audit.py
_BATCHES = (1000, 256, 100, 10)  # changes in one invocation; the first is the event source's most
_INVOCATIONS = {1000: 12, 256: 40, 100: 80, 10: 400}
_AIM_DOLLARS = 1.5  # a million entries, written and sequenced
_OUTBOX_MONTHS = 1.0  # functions/core/audit/outbox.py: 30 days
_NOW_MS = 1_790_000_000_000
_EVENT = Event(
    action=Action.SEND_SETTLED,
    by=Actor(kind="client", id="3f2a1b4c5d6e7f8091a2b3c4d5", role="amana/messages:send"),
    on=("p" + "a" * 20,),
    what="message/m_" + "0" * 26,
    purpose="service",
    request="r_" + "0" * 26,
    facts={"state": "accepted", "digest": "d" * 64},
)


@dataclass
class _Outbox:
    """DynamoDB, that keeps what it is given."""

    items: list[Any] = field(default_factory=list)

    def update_item(self, **_: Any) -> Any:
        return {"Attributes": {"number": {"N": str(17)}}}

    def put_item(self, *, Item: Any, **_: Any) -> Any:  # noqa: N803 - as AWS spells it
        self.items.append(Item)
        return {}


@dataclass
class _Aws:
    """S3 and KMS."""

    ledger: Ledger = field(default_factory=Ledger)
    objects: dict[str, bytes] = field(default_factory=dict)
    waited_ms: float = 0.0

    def get_object(self, *, Key: str, **_: Any) -> Any:  # noqa: N803
        self._asked("s3", "s3.get")
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key]), "ETag": Key}

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> Any:  # noqa: N803
        self._asked("s3", "s3.put")
        self.objects[Key] = Body
        return {"ETag": Key}

    def get_public_key(self, **_: Any) -> Any:
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        der = self._key.public_key().public_bytes(serialization.Encoding.DER, spki)
        return {"PublicKey": der}

    def sign(self, *, Message: bytes, **_: Any) -> Any:  # noqa: N803
        self._asked("kms", "kms.sign")
        return {"Signature": self._key.sign(Message, ec.ECDSA(hashes.SHA256()))}

    def bytes_of(self, *, partial: bool) -> int:
        """Of partial tiles, or of all others."""
        sizes = (len(data) for name, data in self.objects.items() if (".p/" in name) is partial)
        return sum(sizes)

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    def _asked(self, service: str, price: str) -> None:
        self.ledger.called("audit_sequencer", price)
        self.ledger.bill("audit_sequencer", price, 1)
        self.waited_ms += assumed("wait_ms", service)


def measure() -> Section:
    outbox = {
        "alone in an item": _written(1),
        "two in an item, a webhook's": _written(2),
        "eleven in an item, a large webhook's": _written(11),
        "within a transaction": _written(1, transaction=True),
    }
    sequencing = {batch: _sequenced(batch) for batch in _BATCHES}
    numbers = [
        Number(name=f"outbox: {name}", value=each, unit="$ a million")
        for name, each in outbox.items()
    ]
    for batch, (ledger, entries, _) in sequencing.items():
        numbers += _numbers(f"batches of {batch}", ledger, entries)
    full, entries, _ = sequencing[max(_BATCHES)]
    numbers += [
        Number(
            name=f"written {name}, sequenced in batches of {max(_BATCHES)}",
            value=each + full.dollars / entries * _MILLION,
            unit="$ a million",
            target=_AIM_DOLLARS,
        )
        for name, each in outbox.items()
    ]
    return Section(
        key="audit_cost",
        title="audit log: us-east-1, for a million entries",
        numbers=[*numbers, *_kept(sequencing)],
        notes=[
            f"Entries of {len(_entries()[0])} bytes, one in a change. A batch is what a shard's",
            "window holds: little traffic makes small ones, and then there are few of them.",
            f"Lambda: {_MEMORY_MIB} MiB, processor time measured here, doubled; files of a batch",
            "as if they were put one after the other. Lambda reads streams for free.",
            "Heartbeats are in none of it: 8,640 a month, whatever there is to log.",
        ],
    )


def _numbers(name: str, ledger: Ledger, entries: int) -> list[Number]:
    each = ledger.dollars / entries * _MILLION
    lambda_ = sum(dollars(p, n) for (_, p), n in ledger.units.items() if p.startswith("lambda."))
    asked = sum(ledger.calls.values()) / entries * _MILLION
    return [
        Number(name=f"{name}: requests, Lambda, logs", value=each, unit="$ a million"),
        Number(
            name=f"{name}: Lambda's part", value=lambda_ / entries * _MILLION, unit="$ a million"
        ),
        Number(name=f"{name}: requests to S3 and KMS", value=asked, unit="a million"),
    ]


def _kept(sequencing: Mapping[int, tuple[Ledger, int, _Aws]]) -> list[Number]:
    _, entries, bucket = sequencing[max(_BATCHES)]
    month = dollars("s3.storage", bucket.bytes_of(partial=False) / entries * _MILLION / _GB)
    item = units.item_bytes(_items(1)[0])
    waiting = dollars("dynamodb.storage", item * _MILLION / _GB * _OUTBOX_MONTHS)
    months = value("audit", "retention", "partial_days") / 30
    numbers = [
        Number(name="kept in the bucket", value=month, unit="$ a million, month"),
        Number(name="kept in the outbox for 30 days", value=waiting, unit="$ a million"),
    ]
    for batch, (_, entries, bucket) in sequencing.items():
        held = bucket.bytes_of(partial=True) / entries * _MILLION / _GB * months
        name = f"batches of {batch}: partial tiles until they expire"
        numbers.append(Number(name=name, value=dollars("s3.storage", held), unit="$ a million"))
    return numbers


def _written(entries: int, *, transaction: bool = False) -> float:
    """Dollars for a million entries, so many in each item."""
    (item,) = _items(entries)
    needed = units.write_units(0, units.item_bytes(item), transaction=transaction)
    return dollars("dynamodb.write_unit", needed) / entries * _MILLION


def _items(entries: int, count: int = 1) -> Sequence[Any]:
    """What the real writer puts, so many entries in each of `count` items."""
    table = _Outbox()
    outbox = DynamoOutbox(table, "outbox", now_ms=lambda: _NOW_MS)  # type: ignore[arg-type] # counts
    writer = Writer(outbox, function="sender", now_ms=lambda: _NOW_MS)
    for number in range(count):
        writer.write(*[_EVENT] * entries, key=f"fact {number}")
    return table.items


def _entries() -> Sequence[str]:
    return [entry["S"] for entry in _items(1)[0]["entries"]["L"]]


def _sequenced(batch: int) -> tuple[Ledger, int, _Aws]:
    """What was billed, for how many entries, and what is in the bucket."""
    aws, entries = _Aws(), 0
    items = iter(_items(1, batch * _INVOCATIONS[batch]))
    numbers = itertools.count(1)
    with _function(aws):
        while part := list(itertools.islice(items, batch)):
            _invoke(json.dumps({"Records": [_record(next(numbers), item) for item in part]}), aws)
            entries += len(part)
    return aws.ledger, entries, aws


@contextlib.contextmanager
def _function(aws: Any) -> Iterator[None]:
    lock = Lock(mode="COMPLIANCE", days=2192, partial_days=90, now=clock.now)
    sequencer = Sequencer(
        log=S3LockedLog(aws, "audit", lock=lock, at_once=1),
        signer=KmsSigner(aws, "key", origin="audit.example/amana"),
        writers=dict,
        now_ms=clock.now_ms,
    )
    settings = SimpleNamespace(stream_shards="one")
    with (
        patch.object(wiring, "sequencer", lambda: sequencer),
        patch.object(wiring, "settings", lambda: settings),
    ):
        yield


def _invoke(event: str, aws: _Aws) -> None:
    written, aws.waited_ms = io.StringIO(), 0.0
    begin = time.process_time()
    with contextlib.redirect_stdout(written):
        function.handler(json.loads(event), calls.Context())  # type: ignore[arg-type] # only the id is read
    seconds = time.process_time() - begin
    bill = aws.ledger.bill
    bill("audit_sequencer", "lambda.request", 1)
    bill("audit_sequencer", "lambda.gb_second", gb_seconds(seconds, aws.waited_ms, _MEMORY_MIB))
    logged = logs.lines_bytes(written.getvalue()) + assumed("logs", "platform_bytes")
    bill("audit_sequencer", "logs.gb", logged / _GB)


def _record(number: int, item: Any) -> dict[str, Any]:
    told = {
        "ApproximateCreationDateTime": _NOW_MS / 1000,
        "Keys": {"pk": item["pk"]},
        "NewImage": item,
        "SequenceNumber": f"{number:021}",
        "StreamViewType": "NEW_IMAGE",
    }
    return {"eventName": "INSERT", "dynamodb": told}


if __name__ == "__main__":
    from rich.console import Console

    from bench import screen

    screen.show(measure(), Console())
