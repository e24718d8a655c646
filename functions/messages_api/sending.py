"""POST /v1/messages."""

from collections.abc import Mapping
from typing import Any

from functions.core.audit.requests import caller
from functions.core.cards.scrub import scrub_command
from functions.core.runtime import log
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Request
from functions.core.sending.messages import MAX_BYTES, OutboundMessage, parse_message
from functions.core.sending.service import Asked
from functions.messages_api import wiring

# of a send; in `operations` for the gateway, here for the entry
SCOPE = "amana/messages:send"
# beside it, for messages that a law demands whatever the person has agreed to
DUTY_SCOPE = "amana/messages:legal-duty"


def authorize_duty(request: Request, message: OutboundMessage) -> None:
    if message.legal_duty is not None:
        request.authorize(DUTY_SCOPE)


def send(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    command = scrub_command(request.body(MAX_BYTES))
    message = parse_message(command.body)
    authorize_duty(request, message)
    asked = Asked(
        by=caller(request, SCOPE),
        key=values[IDEMPOTENCY_KEY.name],
        purpose=request.told.purpose,
        request=request.request_id,
        masked=command.count,
    )
    accepted = wiring.sending().accept(asked, message)
    request.told.on, request.told.what = (accepted.contact_id,), f"message/{accepted.id}"
    request.told.is_entered = not accepted.is_repeat
    log.info("message accepted", message_id=accepted.id, conversation_id=accepted.conversation_id)
    log.metric("MessagesAccepted", type=message.type)
    if command.count:
        log.metric("CardNumbersMasked", command.count, direction="outbound")
    return {
        "id": accepted.id,
        "status": accepted.status,
        "conversation_id": accepted.conversation_id,
        "contact_id": accepted.contact_id,
        "masked_card_numbers": command.count,
    }
