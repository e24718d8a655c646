"""(j) The audit log's bill: sequencing, storing and the outbox, for a million entries."""

import contextlib
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import process_time
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from bench import calls, logs, units
from bench.assumptions import assumed
from bench.ledger import Ledger, dollars
from bench.meter import gb_seconds
from bench.results import Number, Section
from functions.audit_sequencer import handler as function
from functions.audit_sequencer import wiring
from functions.core.audit.log_s3 import HEAD, Lock, S3LockedLog
from functions.core.audit.outbox import KEPT_DAYS, DynamoOutbox
from functions.core.audit.sequencer import Sequencer
from functions.core.audit.signing import KmsSigner
from functions.core.audit.writer import Parcel, Writer
from functions.core.runtime.policies import value
from tests.fakes.audit import MemoryOutbox
from tests.fakes.audit_log import ORIGIN, START_MS, event
from tests.fakes.sequencing import KEY, SigningKms
from tests.fakes.strict_s3 import StrictS3

_MILLION = 1_000_000
_GB = 1024**3
_MEMORY_MIB = 1024  # infra/stacks/audit.py
# entries in one invocation, and how many invocations are measured
_BATCHES = {1000: 10, 256: 20, 100: 40, 10: 250}
_BEATS = 300
_HEARTBEATS = 30 * 24 * 60 // value("audit", "heartbeat", "minutes")
_AIM_DOLLARS = 1.50
# the head is locked for a day, and a day later gone
_HEAD_MONTHS = 2 / 30


@dataclass
class _Billed:
    """S3 and KMS: every call is billed and waited for."""

    s3: StrictS3 = field(default_factory=StrictS3)
    kms: SigningKms = field(default_factory=SigningKms)
    ledger: Ledger = field(default_factory=Ledger)
    waited_ms: float = 0.0
    # processor time of the stand-ins, which is not the function's
    stood_in_seconds: float = 0.0

    def put_object(self, **told: Any) -> Any:
        return self._asked("s3", "s3.put", self.s3.put_object, told)

    def get_object(self, **told: Any) -> Any:
        return self._asked("s3", "s3.get", self.s3.get_object, told)

    def sign(self, **told: Any) -> Any:
        return self._asked("kms", "kms.asymmetric_request", self.kms.sign, told)

    def get_public_key(self, **told: Any) -> Any:
        """Once in an environment: not billed to a batch."""
        return self.kms.get_public_key(**told)

    def _asked(self, service: str, price: str, call: Any, told: dict[str, Any]) -> Any:
        self.ledger.bill(service, price, 1)
        self.waited_ms += assumed("wait_ms", service)
        begin = process_time()
        try:
            return call(**told)
        finally:
            self.stood_in_seconds += process_time() - begin

    @property
    def gb_months(self) -> float:
        """Kept in the first month; partial tiles stay longer than that."""
        sizes = (
            len(version.data) * (_HEAD_MONTHS if name == HEAD else 1)
            for name, versions in self.s3.versions.items()
            for version in versions
        )
        return sum(sizes) / _GB


def measure() -> Section:
    sequencing = {size: _sequenced(size, batches) for size, batches in _BATCHES.items()}
    outbox = _outbox()
    numbers: list[Number] = []
    for size, (ledger, _) in sequencing.items():
        numbers += _numbers(size, ledger, outbox)
    numbers += [_dollars(f"outbox: {name}", amount) for name, amount in outbox.items()]
    month = _HEARTBEATS * _beaten(_BEATS).dollars / _BEATS
    numbers.append(Number(name="heartbeats, no witness", value=month, unit="$ a month"))
    return Section(
        key="audit_cost",
        title="(j) audit log: us-east-1, for a million entries",
        numbers=numbers,
        notes=[
            "Entries with what a message's says. S3 and KMS are stand-ins that count each request;",
            f"Lambda: {_MEMORY_MIB} MiB, processor time measured here without theirs, doubled;",
            "assumed waiting, as if no request ran beside another; a closed window is one more",
            "invocation. Stored: in the first month. Outbox: writes, and 30 days in the table.",
        ],
        details={
            "requests": {
                size: {
                    f"{who} {what}": told / entries for (who, what), told in ledger.units.items()
                }
                for size, (ledger, entries) in sequencing.items()
            }
        },
    )


def _numbers(size: int, told: Ledger, outbox: dict[str, float]) -> Iterator[Number]:
    name = f"batches of {size}"
    entries = size * _BATCHES[size]
    ledger = told.weighted(_MILLION / entries)
    for part in ("s3", "kms", "lambda", "logs", "stored"):
        yield _dollars(f"{name}: {part}", ledger.of(part).dollars)
    for price in ("s3.put", "s3.get", "kms.asymmetric_request"):
        amount = sum(n for (_, each), n in ledger.units.items() if each == price)
        yield Number(name=f"{name}: {price}", value=amount, unit="a million")
    yield _dollars(f"{name}: sequenced and kept", ledger.dollars)
    total = ledger.dollars + outbox["the usual mix"]
    aim = _AIM_DOLLARS if size == max(_BATCHES) else None
    yield _dollars(f"{name}: all of it, the usual mix", total, target=aim)


def _dollars(name: str, amount: float, *, target: float | None = None) -> Number:
    return Number(name=name, value=amount, unit="$ a million", target=target)


def _beaten(beats: int) -> Ledger:
    billed = _Billed()
    with _function(billed):
        for _ in range(beats):
            _invoke(json.dumps({"source": "aws.events"}), billed)
    billed.ledger.bill("stored", "s3.storage", billed.gb_months)
    return billed.ledger


def _sequenced(size: int, batches: int) -> tuple[Ledger, int]:
    """What so many invocations cost, and how many entries they appended."""
    billed = _Billed()
    outbox = MemoryOutbox()
    writer = Writer(outbox, function="sender", now_ms=lambda: START_MS)
    numbers = itertools.count()
    with _function(billed):
        for batch in range(batches):
            outbox.parcels.clear()
            for number in itertools.islice(numbers, size):
                writer.write(event(number), key=str(number))
            parcels = list(outbox.parcels.values())
            records = [_record(batch * size + at, told) for at, told in enumerate(parcels)]
            _invoke(json.dumps({"Records": records}), billed)
            _invoke(json.dumps({"Records": []}), billed)
    billed.ledger.bill("stored", "s3.storage", billed.gb_months)
    return billed.ledger, size * batches


@contextlib.contextmanager
def _function(billed: Any) -> Iterator[None]:
    lock = Lock(mode="GOVERNANCE", days=2192, partial_days=90, now=lambda: datetime.now(UTC))
    sequencer = Sequencer(
        log=S3LockedLog(billed, "audit", lock=lock),
        signer=KmsSigner(billed, KEY, origin=ORIGIN),
        writers=dict,
        now_ms=lambda: START_MS,
    )
    settings = SimpleNamespace(stream_shards="one")
    with (
        patch.object(wiring, "sequencer", lambda: sequencer),
        patch.object(wiring, "settings", lambda: settings),
        patch.object(wiring, "witnessing", lambda: None),
    ):
        yield


def _invoke(told: str, billed: _Billed) -> None:
    written, billed.waited_ms, billed.stood_in_seconds = io.StringIO(), 0.0, 0.0
    begin = process_time()
    with contextlib.redirect_stdout(written):
        function.handler(json.loads(told), calls.Context())  # type: ignore[arg-type] # only the id is read
    seconds = process_time() - begin - billed.stood_in_seconds
    bill = billed.ledger.bill
    bill("lambda", "lambda.request", 1)
    bill("lambda", "lambda.gb_second", gb_seconds(seconds, billed.waited_ms, _MEMORY_MIB))
    logged = logs.lines_bytes(written.getvalue()) + assumed("logs", "platform_bytes")
    bill("logs", "logs.gb", logged / _GB)


def _record(number: int, parcel: Parcel) -> dict[str, Any]:
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "ApproximateCreationDateTime": START_MS / 1000,
            "Keys": {"pk": {"S": parcel.key}},
            "NewImage": _item(parcel),
            "SequenceNumber": f"{number + 1:021}",
        },
    }


def _item(parcel: Parcel) -> dict[str, Any]:
    outbox = DynamoOutbox(None, "outbox", now_ms=lambda: START_MS)  # type: ignore[arg-type] # nothing is sent
    item: dict[str, Any] = outbox.action(parcel)["Put"]["Item"]
    return item


def _outbox() -> dict[str, float]:
    """Dollars for a million entries, by how they are written; reading the stream costs nothing."""
    together = int(assumed("audit_mix", "webhook_entries"))
    found = {
        "alone": _written(1),
        "webhook": _written(together),
        "transaction": _written(1, transaction=True),
    }
    shares = {
        "webhook": assumed("audit_mix", "webhook"),
        "transaction": assumed("audit_mix", "transaction"),
    }
    shares["alone"] = 1 - sum(shares.values())
    found["the usual mix"] = sum(share * found[name] for name, share in shares.items())
    return found


def _written(entries: int, *, transaction: bool = False) -> float:
    outbox = MemoryOutbox()
    writer = Writer(outbox, function="webhook", now_ms=lambda: START_MS)
    writer.write(*(event(number) for number in range(entries)), key="bench")
    (parcel,) = outbox.parcels.values()
    size = units.item_bytes(_item(parcel))
    written = dollars("dynamodb.write_unit", units.write_units(0, size, transaction=transaction))
    kept = dollars("dynamodb.storage", size / _GB * KEPT_DAYS / 30)
    return (written + kept) * _MILLION / entries


if __name__ == "__main__":
    from rich.console import Console

    from bench import screen

    screen.show(measure(), Console())
