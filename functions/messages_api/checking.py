"""POST /v1/gate/check."""

from collections.abc import Mapping
from typing import Any

from functions.core.cards.scrub import scrub_command
from functions.core.conversations.read_facts import moment_of
from functions.core.runtime.http.requests import Request
from functions.core.sending.messages import MAX_BYTES, parse_message
from functions.messages_api import sending, wiring


def check(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    del values
    message = parse_message(scrub_command(request.body(MAX_BYTES)).body)
    sending.authorize_duty(request, message)
    checked = wiring.checking().check(message)
    if checked.contact_id is not None:
        request.told.on = (checked.contact_id,)
    codes = [reason.code for reason in checked.reasons]
    request.told.facts |= {"type": message.type, "reasons": codes}
    return {
        "allowed": not checked.reasons,
        "purpose": checked.purpose.value if checked.purpose else None,
        "contact_id": checked.contact_id,
        "reasons": [{"code": each.code, "detail": each.detail} for each in checked.reasons],
        "overridden": list(checked.overridden),
        "checked_at": moment_of(checked.at_ms),
    }
