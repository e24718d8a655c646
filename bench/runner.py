"""Functions run as Lambda runs them, and everything around them billed that no SDK call shows."""

import contextlib
import importlib
import io
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import bodies, calls, logs, units
from bench.assumptions import assumed
from bench.infrastructure import Infrastructure
from bench.ledger import Ledger
from bench.meter import cold_gb_seconds, gb_seconds
from bench.world import World

_GB = 10**9  # of log lines and of traffic, as AWS sells them


@dataclass
class _Times:
    cpu_seconds: list[float] = field(default_factory=list)
    waited_ms: list[float] = field(default_factory=list)


class Runner:
    """`import_seconds`: what the start of each function takes on this machine."""

    def __init__(self, world: World, import_seconds: Mapping[str, float]) -> None:
        self._world = world
        self._meter = world.meter
        self._import_seconds = import_seconds
        self._times: dict[str, _Times] = {}
        self._at_start: dict[tuple[str, str], float] = {}
        infrastructure = world.infrastructure
        self._request_log = logs.access_bytes(infrastructure)
        if infrastructure.logs_allowed_requests:
            self._request_log += logs.waf_bytes(infrastructure)
        self._traced = 0.0

    def begin(self, *, requests_a_message: int) -> None:
        """How many requests reach API Gateway for a message decides how many are traced."""
        self._meter.ledger = Ledger()
        self._times = {}
        self._world.forget_people()
        if self._world.infrastructure.traced:
            self._traced = traced_share(requests_a_message, self._world.infrastructure)

    def starts_cost_what_was_billed_so_far(self) -> None:
        """Secrets and what comes with them; the rest of a first invocation is like any other."""
        for (function, price), amount in self._meter.ledger.units.items():
            if price in ("secrets.request", "kms.request"):
                self._at_start[function, price] = amount * assumed("lambda", "cold_share")

    def settled(self) -> Ledger:
        """What was billed since `begin`; times by their medians, as single ones are disturbed."""
        ledger = self._meter.ledger
        for function, times in self._times.items():
            memory = self._world.infrastructure.memory_mib[function]
            warm = gb_seconds(
                statistics.median(times.cpu_seconds), statistics.median(times.waited_ms), memory
            )
            cold = cold_gb_seconds(self._import_seconds[function], memory)
            invocations = len(times.cpu_seconds)
            ledger.bill(function, "lambda.gb_second", (warm + cold) * invocations)
            for (name, price), amount in self._at_start.items():
                if name == function:
                    ledger.bill(function, price, amount * invocations)
        return ledger

    def milliseconds(self) -> dict[str, dict[str, float]]:
        """Per invocation: processor time measured here, and waiting as assumed."""
        return {
            function: {
                "processor": statistics.median(times.cpu_seconds) * 1000,
                "waiting": statistics.median(times.waited_ms),
            }
            for function, times in self._times.items()
        }

    def deliver(self, change: bodies.Json) -> None:
        """One webhook from Meta, up to the inbound queue."""
        event = calls.posted(bodies.encoded(bodies.webhook([change])))
        self._request("webhook", event, expected=200)

    def post(self, key: str, message: bodies.Json) -> str:
        """One message by a caller; its id."""
        answer = self._request("messages_api", calls.api_post(key, message), expected=202)
        return str(json.loads(answer["body"])["id"])

    def consume(self, queue: str, function: str, *, batch: int) -> None:
        """Everything in a queue, so many messages an invocation, as the event source does."""
        sqs, url = self._world.sqs, self._world.queues[queue]
        while True:
            received = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=batch,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            ).get("Messages", [])
            if not received:
                return
            self._invoke_with(received, queue, function)
            for message in received:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def _invoke_with(self, received: Sequence[Any], queue: str, function: str) -> None:
        answer = self.invoke(function, calls.received(received, queue))
        if answer["batchItemFailures"]:
            raise RuntimeError(f"{function} failed on a message")
        sizes = [units.message_bytes(m["Body"], m.get("MessageAttributes", {})) for m in received]
        price = "sqs.fifo_request" if queue == "outbound" else "sqs.standard_request"
        delete = 1
        self._bill(function, price, units.batch_requests(sizes) + delete)
        self._bill(function, "xray.trace", self._traced)

    def archive(self) -> None:
        """All changes not archived yet, as one shard's of one window."""
        event = calls.streamed(self._world.changes())
        self.invoke("archiver", event)
        # with a tumbling window Lambda calls once more at its end
        self.invoke("archiver", {**event, "Records": [], "isFinalInvokeForWindow": True})
        self._bill("archiver", "xray.trace", float(self._world.infrastructure.traced))

    def _request(self, function: str, event: dict[str, Any], *, expected: int) -> Any:
        answer = self.invoke(function, event)
        if answer["statusCode"] != expected:
            raise RuntimeError(f"{function} answered {answer['statusCode']}: {answer['body']}")
        self._bill(function, "apigateway.rest_request", 1)
        self._bill(function, "waf.request", 1)
        self._bill(function, "logs.gb", self._request_log / _GB)
        self._bill(function, "xray.trace", self._traced)
        out = len(answer["body"]) + assumed("transfer", "answer_bytes")
        self._bill(function, "transfer.gb_out", out / _GB)
        return answer

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        handler = importlib.import_module(f"functions.{function}.handler").handler
        meter, stand_in = self._meter, self._world.graph
        meter.function, meter.waited_ms, meter.stand_in_seconds = function, 0.0, 0.0
        sent, sent_bytes, foreign = (
            len(stand_in.sent),
            stand_in.request_bytes,
            stand_in.cpu_seconds(),
        )
        written = io.StringIO()
        begin = time.process_time()
        with contextlib.redirect_stdout(written):
            answer = handler(event, calls.Context())
        cpu = time.process_time() - begin
        self._world.keep_apart(function)
        sends = len(stand_in.sent) - sent
        times = self._times.setdefault(function, _Times())
        foreign = stand_in.cpu_seconds() - foreign + meter.stand_in_seconds
        times.cpu_seconds.append(max(0.0, cpu - foreign))
        times.waited_ms.append(meter.waited_ms + sends * assumed("wait_ms", "graph"))
        self._bill(function, "lambda.request", 1)
        logged = logs.lines_bytes(written.getvalue())
        if self._world.infrastructure.logs_invocations:
            logged += assumed("logs", "platform_bytes")
        self._bill(function, "logs.gb", logged / _GB)
        traffic = stand_in.request_bytes - sent_bytes + sends * assumed("transfer", "graph_bytes")
        self._bill(function, "transfer.gb_out", traffic / _GB)
        return answer

    def _bill(self, function: str, price: str, amount: float) -> None:
        if amount:
            self._meter.ledger.bill(function, price, amount)


def traced_share(requests_a_message: int, infrastructure: Infrastructure) -> float:
    reservoir, share = infrastructure.sampling
    requests = assumed("volume", "messages") * requests_a_message
    return units.sampled_share(
        requests / assumed("volume", "busy_seconds"),
        reservoir=reservoir,
        share=share,
    )
