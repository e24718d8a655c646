"""The media API in process, on the in-memory parts of `media_desk`."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from functions.core.content.tickets import Tickets
from functions.core.media.parts import NewParts
from functions.core.media.serving import Serving
from functions.core.media.uploads import Uploads
from functions.media_api import handler, wiring
from functions.media_api.operations import READ, WRITE
from tests.fakes import build
from tests.fakes.audit import MemoryOutbox, audit_writer
from tests.fakes.media_desk import Desk, PlainTransit
from tests.fakes.tickets import MemoryTickets

OTHER_NUMBER = "106540000000002"


class Context:
    aws_request_id = "lambda-request-1"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


class RecordedQueue:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: Exception | None = None

    def ask(self, media_id: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.asked.append(media_id)


class MediaApi:
    def __init__(self, monkeypatch: Any) -> None:
        self.desk, self.queue, self.tickets = Desk(), RecordedQueue(), MemoryTickets()
        now_ms = self.desk.clock.now_ms
        self.uploads = Uploads(
            store=self.desk.media,
            parts=NewParts(objects=self.desk.transit, sealer=PlainTransit()),
            queue=self.queue,
            pseudonyms=build.PSEUDONYMS,
            phone_number_ids=(build.NUMBER, OTHER_NUMBER),
            now_ms=now_ms,
        )
        self.outbox = MemoryOutbox()
        monkeypatch.setattr(wiring, "audit", lambda: audit_writer(self.outbox))
        self.serving = Serving(
            store=self.desk.media,
            keeper=self.desk.keeper,
            tickets=Tickets(self.tickets, now_ms=now_ms),
            now_ms=now_ms,
        )
        monkeypatch.setattr(wiring, "uploads", lambda: self.uploads)
        monkeypatch.setattr(wiring, "serving", lambda: self.serving)

    def begin(self, data: bytes, mime: str = "application/pdf", **more: Any) -> Answer:
        told = {
            "mime_type": mime,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            **more.pop("told", {}),
        }
        headers = {"Idempotency-Key": "key-1", **more.pop("headers", {})}
        return self.ask("POST", "/v1/media", body=json.dumps(told), headers=headers, **more)

    def part(self, media_id: str, number: int, content: bytes, **more: Any) -> Answer:
        headers = {"Content-Type": "application/octet-stream", **more.pop("headers", {})}
        return self.ask(
            "PUT",
            f"/v1/media/{media_id}/parts/{number}",
            body=base64.b64encode(content).decode(),
            base64=True,
            headers=headers,
            **more,
        )

    def upload(self, data: bytes, mime: str = "application/pdf", **more: Any) -> str:
        """All the steps; returns the id."""
        begun = self.begin(data, mime, **more).body
        for number in range(1, begun["parts"] + 1):
            end = number * begun["part_bytes"]
            self.part(begun["id"], number, data[end - begun["part_bytes"] : end])
        assert self.ask("POST", f"/v1/media/{begun['id']}/complete").status == 202
        return str(begun["id"])

    def show(self, media_id: str, **more: Any) -> Answer:
        return self.ask("GET", f"/v1/media/{media_id}", **more)

    def content(self, media_id: str, ticket: str, asked: str | None = None, **more: Any) -> Answer:
        headers = {"Amana-Ticket": ticket, **({"Range": asked} if asked else {})}
        return self.ask("GET", f"/v1/media/{media_id}/content", headers=headers, **more)

    def ask(self, method: str, path: str, **more: Any) -> Answer:
        told = handler.handler(_event(method, path, **more), Context())  # type: ignore[arg-type] # only the id is read
        headers = {name: ",".join(text) for name, text in told["multiValueHeaders"].items()}
        body = told["body"]
        if told.get("isBase64Encoded"):
            return Answer(told["statusCode"], headers, base64.b64decode(body))
        return Answer(told["statusCode"], headers, json.loads(body))


def _event(method: str, path: str, **more: Any) -> dict[str, Any]:
    client = more.get("client", "client-1")
    claims = more.get("claims", {"client_id": client, "scope": f"{READ} {WRITE}"})
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
        "requestContext": {"requestId": "gateway-request-1", "stage": "v1", **authorizer},
        "body": more.get("body"),
        "isBase64Encoded": more.get("base64", False),
    }
