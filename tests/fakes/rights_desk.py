"""Rights requests over simulated AWS: API, function and the state machine that really runs.

Handlers are called where Lambda would call them. Who collects and erases stands in for others.
"""

import io
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Any

import boto3
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from functions.core.contacts.model import Alias, AliasKind, Sighting
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory, folds
from functions.core.content import wiring as content
from functions.core.content.records import SealedRecords
from functions.core.conversations.service import ConversationsService
from functions.core.runtime import aws, clock
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.core.runtime.records import fold_all
from functions.core.runtime.values import decode
from functions.rights import handler as rights
from functions.rights import wiring as rights_wiring
from functions.rights.settings import RightsSettings
from functions.rights_api import handler as api
from functions.rights_api import wiring as api_wiring
from functions.rights_api.scopes import APPROVE, READ, WRITE
from functions.rights_api.settings import RightsApiSettings
from infra.workflows.rights import rights_definition
from tests.fakes import build, tables
from tests.fakes.audit import own_writer
from tests.unit.messages_api.api import Answer, Context, event

UNKNOWN = f"n{'a' * 20}~1790000000000"
DAY_MS = 86_400_000
_REQUESTS = itertools.count(1)
_WAITED_SECONDS = 20.0


class Clock:
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms


class Desk:
    def __init__(self, machine: str, now: Clock) -> None:
        self.machine = machine
        self.clock = now
        # what others were asked to do, and how often they shall fail at which step
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.fails: dict[tuple[str, str], int] = {}
        self.is_closed = False
        # held while a step runs: one at a time, and none when the test is over
        self.turn = RLock()
        # seconds that an erasure asks to be given before it ends
        self.settles: list[int] = []

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        client: str = "crm",
        scope: str = f"{READ} {WRITE}",
        key: str | None = None,
        query: dict[str, str] | None = None,
    ) -> Answer:
        told = api.handler(
            event(
                method,
                path,
                body=body if isinstance(body, str) or body is None else json.dumps(body),
                claims={"client_id": client, "scope": scope},
                headers={"Idempotency-Key": key} if key is not None else {},
                request=f"gateway-request-{next(_REQUESTS)}",
                **({"query": query} if query else {}),
            ),
            Context(),
        )
        return Answer(told["statusCode"], told["multiValueHeaders"], json.loads(told["body"]))

    def filed(self, right: str, contact_id: str, *, key: str = "key-1", **body: Any) -> Any:
        asked = {"right": right, "contact_id": contact_id, **body}
        answer = self.ask("POST", "/v1/rights/requests", asked, key=key)
        assert answer.status == 201, answer.body
        return answer.body

    def done(self, request_id: str, what: str, body: Any = None, **more: Any) -> Answer:
        return self.ask("POST", f"/v1/rights/requests/{request_id}/{what}", body or {}, **more)

    def approved(self, request_id: str) -> None:
        answer = self.done(
            request_id, "decision", {"decision": "approve"}, client="officer", scope=APPROVE
        )
        assert answer.status == 200, answer.body

    def shown(self, request_id: str) -> Any:
        answer = self.ask("GET", f"/v1/rights/requests/{request_id}")
        assert answer.status == 200, answer.body
        return answer.body

    def until(self, request_id: str, is_so: Callable[[Any], bool]) -> Any:
        """What is shown once it is so: the workflow runs in threads of its own."""
        end = time.monotonic() + _WAITED_SECONDS
        while time.monotonic() < end:
            shown = self.shown(request_id)
            if is_so(shown):
                return shown
            time.sleep(0.05)
        raise AssertionError(f"never so: {shown}")

    def in_state(self, request_id: str, *states: str) -> Any:
        return self.until(request_id, lambda shown: shown["state"] in states)

    def proved(self, request_id: str) -> Any:
        """The person has read the code and named it."""
        self.until(request_id, lambda shown: shown["identity"]["codes_sent"] > 0)
        answer = self.done(request_id, "identity", {"code": self.codes()[-1]})
        assert answer.status == 200, answer.body
        return answer.body

    def writes(self, person: str, text: str, *, ago_days: float = 0, wamid: str = "") -> str:
        """A message of a person as inbound stores it; their contact id."""
        at = int(self.clock.now_ms() / 1000 - ago_days * 86_400)
        message = build.text_message(wamid or f"wamid.{random_id()}", sender=person, at=at)
        message["text"] = {"body": text}
        folded = self._conversations().fold(
            build.body(build.webhook(build.change(messages=[message])))
        )
        node = folded.filed[0].fact.thread.rpartition("#")[2]
        return self.directory().person_behind(node, float("inf"))[0].contact_id

    def leaves(self, person: str, *, at_ms: int) -> None:
        """Meta says that the number's owner has another number now."""
        directory, records = self.directory(), self.records()
        alias = Alias(AliasKind.PHONE, person)
        node = directory.find([alias])[alias]
        seen = Sighting(nodes=frozenset({node}), at_ms=at_ms, left=frozenset({node}))
        fold_all(records, folds([seen], {alias: node}))

    def codes(self) -> list[str]:
        """Of all messages to people, the first first."""
        texts = (each["text"]["body"] for each in self.said() if each["type"] == "text")
        return [found[1] for text in texts if (found := re.match(r"(\d{8}) ", text))]

    def said(self) -> list[Any]:
        """Messages that set out, the first first."""
        table = boto3.client("dynamodb").scan(TableName="conversations")["Items"]
        items = [decode(item) for item in table if item["pk"]["S"].startswith("MESSAGE#m_")]
        opened = self.records().load([_key(item) for item in items]).values()
        return [
            json.loads(each["intent"])
            for each in sorted(opened, key=lambda item: item["created_ms"])
            if "intent" in each
        ]

    def swept(self) -> Any:
        return rights.handler({"step": "sweep"}, Context())

    def entries(self) -> list[dict[str, Any]]:
        items = boto3.client("dynamodb").scan(TableName="outbox")["Items"]
        return [json.loads(e["S"]) for item in items for e in item.get("entries", {"L": []})["L"]]

    def executions(self) -> list[Any]:
        client = boto3.client("stepfunctions")
        return list(client.list_executions(stateMachineArn=self.machine)["executions"])

    def ended(self, status: str = "SUCCEEDED", number: int = 1) -> None:
        end = time.monotonic() + _WAITED_SECONDS
        while time.monotonic() < end:
            told = [each["status"] for each in self.executions()]
            if told.count(status) >= number and "RUNNING" not in told:
                return
            time.sleep(0.05)
        raise AssertionError(f"executions: {told}")

    def records(self) -> SealedRecords:
        seal = content.sealing(keys_table="keys", audit=own_writer())
        return SealedRecords(DynamoRecords(aws.dynamodb(), "conversations"), seal)

    def directory(self) -> Directory:
        return Directory(
            records=self.records(),
            pseudonyms=_names(),
            new_id=lambda _: random_id(),
            now_ms=self.clock.now_ms,
        )

    def _conversations(self) -> ConversationsService:
        return ConversationsService(
            records=self.records(),
            directory=self.directory(),
            pseudonyms=_names(),
            blobs=build.MemoryBlobs(),
            entry_point_hours=72,
        )

    def invoke(self, **call: Any) -> dict[str, Any]:
        """What Lambda does, for the state machine."""
        name, payload = call["FunctionName"], json.loads(call["Payload"])
        try:
            with self.turn:
                told = self._answer(name, payload)
        except Exception as error:  # noqa: BLE001 - as Lambda tells any of them
            failed = {"errorType": type(error).__name__, "errorMessage": "left out"}
            return _answered(failed) | {"FunctionError": "Unhandled"}
        return _answered(told)

    def _answer(self, name: str, payload: dict[str, Any]) -> Any:
        if self.is_closed:
            raise RuntimeError("the test is over")
        if self.fails.get((name, payload["step"]), 0) > 0:
            self.fails[name, payload["step"]] -= 1
            raise RuntimeError(name)
        if name == "rights":
            context = Context()
            context.aws_request_id = random_id()
            return rights.handler(payload, context)
        self.asked.append((name, payload))
        # an erasure says how long to wait before it is asked again
        settles = self.settles.pop() if payload["step"] == "finish" and self.settles else 0
        return {"parts": ["one", "two"], "wait_seconds": settles}


@contextmanager
def opened(monkeypatch: Any, **changes: Any) -> Iterator[Desk]:
    """`changes`: settings of the function `rights` that are to be otherwise."""
    now = Clock()
    monkeypatch.setattr(clock, "now_ms", now.now_ms)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client("dynamodb")
        tables.create(client)
        tables.open_epoch(client, boto3.client("kms"))
        machine = boto3.client("stepfunctions").create_state_machine(
            name="rights-request",
            definition=json.dumps(_definition(changes.get("tick_seconds", 5))),
            roleArn="arn:aws:iam::123456789012:role/x",
        )["stateMachineArn"]
        for settings in _settings(machine, changes):
            for name, value in settings.environment().items():
                monkeypatch.setenv(name, value)
        forget()
        desk = Desk(machine, now)
        monkeypatch.setattr(lambda_eval_utils, "boto_client_for", lambda **_: desk)
        monkeypatch.setattr(StepFunctionsParserBackend, "_get_executions", _begun)
        yield desk
        with desk.turn:
            desk.is_closed = True
        _stop(machine)
    forget()


_all_executions = StepFunctionsParserBackend._get_executions


def _begun(backend: Any, *arguments: Any, **more: Any) -> list[Any]:
    """Moto answers tasks by asking every execution, and breaks on one that is only starting."""
    found = _all_executions(backend, *arguments, **more)
    return [each for each in found if getattr(each.exec_worker, "env", None) is not None]


def forget() -> None:
    for module in (api_wiring, rights_wiring, content):
        for made in vars(module).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()


def _definition(tick_seconds: int) -> Any:
    """As it is deployed, but nobody waits for a second try."""
    made = rights_definition("rights", "access", "erasure", tick_seconds=tick_seconds)
    definition = json.loads(json.dumps(made))
    text = re.sub(r"\$\{Token\[AWS\.Partition\.\d+\]\}", "aws", json.dumps(definition))
    text = re.sub(r'"(IntervalSeconds|MaxDelaySeconds)": \d+', r'"\1": 1', text)
    return json.loads(re.sub(r'"MaxAttempts": \d+', '"MaxAttempts": 1', text))


def _settings(
    machine: str, changes: dict[str, Any]
) -> Iterator[RightsSettings | RightsApiSettings]:
    queue = boto3.client("sqs").create_queue(
        QueueName="outbound.fifo", Attributes={"FifoQueue": "true"}
    )["QueueUrl"]
    secret = boto3.client("secretsmanager").create_secret(
        Name="pseudonym", SecretString=json.dumps({"key": "k"})
    )["ARN"]
    shared = {
        "compliance_table": "compliance",
        "conversations_table": "conversations",
        "consent_table": "consent",
        "consent_rules": "{}",
        "ephemeral_table": "ephemeral",
        "keys_table": "keys",
        "pseudonym_secret_arn": secret,
        "portfolio_id": "portfolio-1",
        "controller": build.CONTROLLER,
        "deadlines": "{}",
        "timezone": "Europe/Berlin",
        "rights_machine_arn": machine,
        "outbox_table": "outbox",
    }
    yield RightsApiSettings(**shared, exports_bucket="exports", language="en")
    yield RightsSettings(
        **{
            **shared,
            "outbound_queue_url": queue,
            "max_pending_per_conversation": 9,
            "phone_number_ids": build.NUMBER,
            "code_template": "",
            "tick_seconds": 5,
            "farewell_seconds": 0,
            **changes,
        }
    )


def _stop(machine: str) -> None:
    """No thread of moto's outlives a test."""
    client = boto3.client("stepfunctions")
    for each in client.list_executions(stateMachineArn=machine)["executions"]:
        if each["status"] == "RUNNING":
            # moto knows none that has not reached its first state
            with suppress(AttributeError):
                client.stop_execution(executionArn=each["executionArn"])


def _names() -> Pseudonyms:
    return Pseudonyms(key=b"k", portfolio_id="portfolio-1")


def _key(item: dict[str, Any]) -> Any:
    from functions.core.runtime.records import Key

    return Key(item["pk"], item["sk"])


def _answered(told: Any) -> dict[str, Any]:
    return {
        "StatusCode": 200,
        "ExecutedVersion": "$LATEST",
        "Payload": io.BytesIO(json.dumps(told).encode()),
        "ResponseMetadata": {"HTTPStatusCode": 200, "RequestId": "r", "HTTPHeaders": {}},
    }
