"""Trigger: API Gateway, GET and POST /webhook.

Effect: a POST signed by Meta lies in the inbound queue before it is answered with 200; a GET with
the verify token is answered with its challenge. Card numbers are masked before; apart from that
nothing is read here. Whoever is told no is entered in the audit log; what is taken, by `inbound`.
On failure: 401 for anything not signed; 503 when AWS refuses, so that Meta delivers again.
"""

from typing import TYPE_CHECKING, Any

from functions.core.runtime import log
from functions.core.runtime.errors import AmanaError
from functions.webhook import request, wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    try:
        return _handshake(event) if event.get("httpMethod") == "GET" else _receive(event)
    except AmanaError as error:
        log.error("webhook not taken", error)
        log.metric("WebhooksNotTaken")
        return _answer(503)


def _handshake(event: dict[str, Any]) -> dict[str, Any]:
    asked = request.handshake(event)
    if asked is None or not wiring.gatekeeper().knows(asked.verify_token):
        wiring.enter(event, "HANDSHAKE_REFUSED")
        log.warning("handshake refused")
        return _answer(403)
    wiring.enter(event, "HANDSHAKE_ANSWERED")
    return _answer(200, asked.challenge)


def _receive(event: dict[str, Any]) -> dict[str, Any]:
    body = request.raw_body(event)
    signature = request.header(event, "X-Hub-Signature-256")
    if body is None or not wiring.gatekeeper().signed(body, signature):
        wiring.enter(event, "DELIVERY_REFUSED")
        log.warning("signature refused", present=signature is not None)
        log.metric("SignatureFailures")
        return _answer(401)
    wiring.inbox().put(request.without_card_numbers(body))
    return _answer(200)


def _answer(status: int, text: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "text/plain", "X-Content-Type-Options": "nosniff"}
    return {"statusCode": status, "headers": headers, "body": text}


wiring.warm_up()
