"""The API in process: events as API Gateway makes them, stores in memory."""

import json
from dataclasses import dataclass, field
from typing import Any

from functions.core.conversations.read_recent import Recent
from functions.core.conversations.reading import Reading
from functions.core.sending.addressing import Addressing
from functions.core.sending.checking import Checking
from functions.core.sending.errors import IdempotencyConflictError
from functions.core.sending.gate import Gate
from functions.core.sending.messages import OutboundMessage
from functions.core.sending.model import WindowRule
from functions.core.sending.service import Accepted, Asked
from functions.messages_api import handler, wiring
from functions.messages_api.operations import READ, SEND
from tests.fakes import build
from tests.fakes.audit import MemoryOutbox, audit_writer
from tests.fakes.consent import Agreed, purposes
from tests.fakes.reading import MemoryBlobSource, MemoryListing
from tests.fakes.records import MemoryRecords
from tests.fakes.sending import MemorySending

T = 1_790_000_000
ADA = "15550100011"
TEXT = {"to": f"+{ADA}", "type": "text", "text": {"body": "Hello"}}


@dataclass
class MemorySendingService:
    """Accepts what it is given, once for each key; `failure` is raised instead if set."""

    accepted: dict[tuple[str, str], OutboundMessage] = field(default_factory=dict)
    failure: Exception | None = None

    def accept(self, asked: Asked, message: OutboundMessage) -> Accepted:
        if self.failure is not None:
            raise self.failure
        key = (asked.by.id, asked.key)
        is_repeat = key in self.accepted
        known = self.accepted.setdefault(key, message)
        if known != message:
            raise IdempotencyConflictError("this Idempotency-Key was used with another body")
        return Accepted(f"m_{'a' * 26}", "queued", f"{build.NUMBER}.nabc", "nabc", is_repeat)


class Context:
    aws_request_id = "lambda-request-1"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


class Api:
    def __init__(self, monkeypatch: Any) -> None:
        self.records = MemoryRecords()
        self.sending = MemorySendingService()
        self.folding = build.conversations(self.records)
        directory, listing = build.directory(self.records), MemoryListing(self.records)
        rule = WindowRule(86_400_000, 259_200_000, 86_400_000)
        recent = Recent(
            records=self.records,
            listing=listing,
            directory=directory,
            rule=rule,
            answered=MemorySending(self.records).answered,
            now_ms=lambda: T * 1000,
        )
        self.reading = Reading(
            records=self.records,
            listing=listing,
            directory=directory,
            blobs=MemoryBlobSource(build.MemoryBlobs()),
            pseudonyms=build.PSEUDONYMS,
            recent=recent,
        )
        monkeypatch.setattr(wiring, "sending", lambda: self.sending)
        self.consents = Agreed()
        known = purposes()
        addressing = Addressing(
            store=MemorySending(self.records),
            records=self.records,
            directory=directory,
            pseudonyms=build.PSEUDONYMS,
            phone_number_ids=(build.NUMBER,),
        )
        checking = Checking(
            store=MemorySending(self.records),
            addressing=addressing,
            purposes=known,
            gate=Gate(
                store=MemorySending(self.records),
                directory=directory,
                rule=rule,
                consents=self.consents,
                purposes=known,
            ),
            now_ms=lambda: T * 1000,
        )
        monkeypatch.setattr(wiring, "checking", lambda: checking)
        self.outbox = MemoryOutbox()
        monkeypatch.setattr(wiring, "audit", lambda: audit_writer(self.outbox))
        monkeypatch.setattr(wiring, "reading", lambda: self.reading)

    def told(self, *changes: dict[str, Any]) -> None:
        self.folding.fold(build.body(build.webhook(*changes, time=T)))

    def post(self, message: Any, **more: Any) -> Answer:
        body = message if isinstance(message, str) or message is None else json.dumps(message)
        headers = {"Idempotency-Key": "key-1", **more.pop("headers", {})}
        return self.ask("POST", "/v1/messages", body=body, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Answer:
        return self.ask("GET", path, **more)

    def ask(self, method: str, path: str, **more: Any) -> Answer:
        told = handler.handler(event(method, path, **more), Context())  # type: ignore[arg-type] # only the id is read
        headers = {name: ",".join(text) for name, text in told["multiValueHeaders"].items()}
        return Answer(told["statusCode"], headers, json.loads(told["body"]))


def event(method: str, path: str, **more: Any) -> dict[str, Any]:
    """`claims` None: no authorizer ran. `query`, `headers`, `body`, `base64` as in the request."""
    claims = more.get("claims", {"client_id": "client-1", "scope": f"{SEND} {READ}"})
    authorizer = {"authorizer": {"claims": claims}} if claims is not None else {}
    return {
        "resource": "/v1/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": more.get("headers"),
        "multiValueHeaders": None,
        "queryStringParameters": more.get("query"),
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "requestId": more.get("request", "gateway-request-1"),
            "identity": {"sourceIp": "203.0.113.77"},
            "stage": "v1",
            **authorizer,
        },
        "body": more.get("body"),
        "isBase64Encoded": more.get("base64", False),
    }
