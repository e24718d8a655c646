"""Functions called as Lambda calls them: events, contexts, environments."""

import base64
from dataclasses import dataclass
from typing import Any, get_type_hints

from bench import bodies
from functions.core.runtime.settings import Settings
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
}
AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_NUMBERS = {"claim_check_bytes": 200 * 1024, "max_pending_per_conversation": 100}


@dataclass(frozen=True)
class Context:
    """The part of Lambda's context that handlers use."""

    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    function_name: str = "bench"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:bench"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def environment(**known: str) -> dict[str, str]:
    """Settings of all functions: those that matter as given, others with a harmless value."""
    result = dict(AWS_ENVIRONMENT)
    for settings in SETTINGS.values():
        hints = get_type_hints(settings)
        values = {
            name: known.get(name, _NUMBERS.get(name, 900 if hint is int else f"bench-{name}"))
            for name, hint in hints.items()
        }
        result.update(settings(**values).environment())
    return result


def posted(body: bytes) -> dict[str, Any]:
    """API Gateway's event of one signed webhook; every body travels as base64."""
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Host": "bench.execute-api.us-east-1.amazonaws.com",
        "User-Agent": "facebookexternalua",
        "X-Amzn-Trace-Id": "Root=1-00000000-000000000000000000000000",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        "X-Hub-Signature": "sha1=" + "0" * 40,
        "X-Hub-Signature-256": bodies.signature(body),
    }
    return {
        "resource": "/webhook",
        "path": "/webhook",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"resourcePath": "/webhook", "httpMethod": "POST", "stage": "live"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
