"""Every AWS request of the functions, seen through botocore's own events and billed.

Lambda's time: processor time is measured here without that of the AWS stand-in; waiting is what
`assumptions.toml` says for each kind of request, as if none ran beside another.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from botocore.hooks import BaseEventHooks

from bench import images, units
from bench.assumptions import assumed
from bench.images import Reader
from bench.infrastructure import Infrastructure
from bench.ledger import Ledger, add

_TOUCHED = "bench_touched"
_PARAMS = "bench_params"


class Meter:
    def __init__(
        self,
        *,
        infrastructure: Infrastructure,
        read: Reader,
        answer: Callable[..., Any],
    ) -> None:
        """`answer` stands in for AWS: botocore's `before-send` handler of moto."""
        self.ledger = Ledger()
        self.function = ""
        self.waited_ms = 0.0
        self.stand_in_seconds = 0.0
        self._infrastructure = infrastructure
        self._read = read
        self._answer = answer
        self._turn = Lock()

    def attach(self, events: BaseEventHooks) -> None:
        # both would carry the request out
        events.unregister("before-send", self._answer)
        events.register("before-send", self._send)
        events.register("provide-client-params", self._before)
        events.register("after-call", self._after)

    def _send(self, event_name: str, request: Any, **more: Any) -> Any:
        with self._standing_in():
            return self._answer(event_name, request, **more)

    def _before(self, params: Any, model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._standing_in():
            context[_PARAMS] = params
            if model.service_model.service_name == "dynamodb":
                context[_TOUCHED] = images.touched(
                    model.name, params, self._infrastructure, self._read
                )

    def _after(self, parsed: Any, model: Any, context: dict[str, Any], **_: Any) -> None:
        with self._standing_in():
            service = model.service_model.service_name
            self.ledger.called(self.function, f"{service} {model.name}")
            kind = "dynamodb_transaction" if model.name == "TransactWriteItems" else service
            self.waited_ms += assumed("wait_ms", kind)
            getattr(self, f"_{service}")(model.name, context, parsed)

    @contextmanager
    def _standing_in(self) -> Iterator[None]:
        """One request at a time: functions write side by side, and moto's stores are plain dicts.

        Processor time that goes by here is not the function's.
        """
        with self._turn:
            begin = time.thread_time()
            try:
                yield
            finally:
                self.stand_in_seconds += time.thread_time() - begin

    def _dynamodb(self, operation: str, context: dict[str, Any], answer: Any) -> None:
        charges = images.writes(context[_TOUCHED], self._infrastructure, self._read)
        if "Error" not in answer:
            charges += images.reads(operation, context[_PARAMS], answer)
        for charge in charges:
            self.ledger.bill(self.function, f"dynamodb.{charge.kind}_unit", charge.units)
            key = (self.function, charge.kind, operation, charge.record, charge.where)
            add(self.ledger.details, key, charge.units)

    def _sqs(self, operation: str, context: dict[str, Any], _: Any) -> None:
        params = context[_PARAMS]
        if operation != "SendMessage":
            # a request without a price would make every sum wrong, and nobody would notice
            raise NotImplementedError(f"no rule to bill SQS {operation}")
        size = units.message_bytes(params["MessageBody"], params.get("MessageAttributes", {}))
        kind = "fifo" if params["QueueUrl"].endswith(".fifo") else "standard"
        self.ledger.bill(self.function, f"sqs.{kind}_request", units.sqs_requests(size))

    def _s3(self, operation: str, _context: dict[str, Any], _answer: Any) -> None:
        self.ledger.bill(self.function, "s3.put" if operation == "PutObject" else "s3.get", 1)

    def _secretsmanager(self, _operation: str, _context: dict[str, Any], _answer: Any) -> None:
        self.ledger.bill(self.function, "secrets.request", 1)
        # the secret lies under a customer-managed key
        self.ledger.bill(self.function, "kms.request", 1)

    def _kms(self, _operation: str, _context: dict[str, Any], _answer: Any) -> None:
        self.ledger.bill(self.function, "kms.request", 1)


def gb_seconds(cpu_seconds: float, waited_ms: float, memory_mib: int) -> float:
    """Billed time of one warm invocation: a slower processor, and only its share of one."""
    share = min(1.0, memory_mib / assumed("lambda", "full_processor_mib"))
    cpu = cpu_seconds * assumed("lambda", "slower") / share
    waited = (waited_ms + assumed("lambda", "runtime_ms")) / 1000
    return (cpu + waited) * memory_mib / 1024


def cold_gb_seconds(import_seconds: float, memory_mib: int) -> float:
    """The start of an environment, spread over all invocations. It has a whole processor."""
    start = import_seconds * assumed("lambda", "slower") * assumed("lambda", "cold_share")
    return start * memory_mib / 1024
