"""POST /v1/messages."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from functions.core.cards.scrub import scrub_command
from functions.core.runtime import log
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Request
from functions.core.sending.messages import MAX_BYTES, parse_message
from functions.messages_api import wiring


def send(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    command = scrub_command(request.body(MAX_BYTES))
    message = parse_message(command.body)
    accepted = wiring.sending().accept(
        client_id=request.client_id,
        idempotency_key=values[IDEMPOTENCY_KEY.name],
        message=message,
    )
    log.info("message accepted", message_id=accepted.id, conversation_id=accepted.conversation_id)
    log.metric("MessagesAccepted", type=message.type)
    if command.count:
        log.metric("CardNumbersMasked", command.count, direction="outbound")
    return {**asdict(accepted), "masked_card_numbers": command.count}
