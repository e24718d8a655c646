"""Functions called as Lambda calls them: events, contexts, environments."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from bench import bodies
from functions.archiver.settings import ArchiverSettings
from functions.core.runtime.settings import Settings
from functions.epoch.settings import EpochSettings
from functions.inbound.settings import InboundSettings
from functions.messages_api.settings import MessagesApiSettings
from functions.sender.settings import SenderSettings
from functions.wakeup.settings import WakeupSettings
from functions.webhook.settings import WebhookSettings

SETTINGS: dict[str, type[Settings]] = {
    "webhook": WebhookSettings,
    "inbound": InboundSettings,
    "messages_api": MessagesApiSettings,
    "sender": SenderSettings,
    "wakeup": WakeupSettings,
    "archiver": ArchiverSettings,
    "epoch": EpochSettings,
}
AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass(frozen=True)
class Context:
    """The part of Lambda's context that handlers use."""

    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    function_name: str = "bench"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:bench"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def environment(known: Mapping[str, str | int] | None = None) -> dict[str, str]:
    """Settings of all functions. None: placeholders, for what never looks at them."""
    result = dict(AWS_ENVIRONMENT)
    for settings in SETTINGS.values():
        hints = get_type_hints(settings)
        placeholders = {name: 200_000 if hint is int else name for name, hint in hints.items()}
        values = placeholders if known is None else {name: known[name] for name in hints}
        result.update(settings(**values).environment())
    return result


def posted(body: bytes) -> dict[str, Any]:
    """API Gateway's event of one signed webhook; every body travels as base64."""
    headers = {
        **_headers(),
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature": "sha1=" + "0" * 40,
        "X-Hub-Signature-256": bodies.signature(body),
    }
    event = _proxied("/webhook", headers)
    return {**event, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def api_post(idempotency_key: str, message: bodies.Json) -> dict[str, Any]:
    """API Gateway's event of one message by a caller whose token Cognito issued."""
    headers = {
        **_headers(),
        "Authorization": "Bearer " + "t" * 800,
        "Idempotency-Key": idempotency_key,
    }
    event = _proxied("/v1/messages", headers)
    claims = {"client_id": "bench", "scope": "amana/messages:send amana/messages:read"}
    event["requestContext"]["authorizer"] = {"claims": claims}
    return {**event, "body": json.dumps(message), "isBase64Encoded": False}


def received(messages: Sequence[Any], queue: str) -> dict[str, Any]:
    """Lambda's event of messages that its event source took from a queue."""
    return {"Records": [_record(message, queue) for message in messages]}


def streamed(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Lambda's event of changes that its event source gathered in a tumbling window."""
    told = [{"eventID": record["eventID"], **_change(record)} for record in records]
    return {
        "Records": told,
        "shardId": "shardId-00000000000000000000-00000000",
        "window": {"start": "2026-11-22T10:00:00Z", "end": "2026-11-22T10:01:00Z"},
        "state": {},
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
    }


def _change(record: Mapping[str, Any]) -> dict[str, Any]:
    told = dict(record["dynamodb"])
    told["ApproximateCreationDateTime"] = told["ApproximateCreationDateTime"].timestamp()
    for image in ("OldImage", "NewImage"):
        if image in told:
            told[image] = _as_json(told[image])
    return {"eventName": record["eventName"], "dynamodb": told}


def _as_json(value: Any) -> Any:
    """Binary values travel as base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _as_json(part) for name, part in value.items()}
    return [_as_json(part) for part in value] if isinstance(value, list) else value


def _record(message: Any, queue: str) -> dict[str, Any]:
    attributes = {
        name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{queue}",
        "awsRegion": "us-east-1",
    }


def _headers() -> dict[str, str]:
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Host": "bench.execute-api.us-east-1.amazonaws.com",
        "X-Amzn-Trace-Id": "Root=1-00000000-000000000000000000000000",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }


def _proxied(path: str, headers: dict[str, str]) -> dict[str, Any]:
    context = {
        "resourcePath": path,
        "path": f"/live{path}",
        "httpMethod": "POST",
        "stage": "live",
        "requestId": "00000000-0000-0000-0000-000000000000",
        "identity": {"sourceIp": "192.0.2.1"},
    }
    return {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": context,
    }
