"""What proves a consent, or that it was taken back: sealed with the event. Pure."""

from typing import Any

from functions.core.consent.heard import Heard, Words
from functions.core.consent.requests import Request, Sent


def of_reply(heard: Heard, *, received_ms: int) -> dict[str, Any]:
    """The person's side: `at_ms` is Meta's time, `received_ms` ours."""
    return {
        "reply": {
            "message_id": heard.message_id,
            "wamid": heard.wamid,
            "webhook_sha256": heard.webhook,
            "at_ms": heard.at_ms,
            "received_ms": received_ms,
            "by": "text" if isinstance(heard.deed, Words) and heard.deed.typed else "button",
            "text": heard.shown,
        }
    }


def of_answer(request: Request, sent: Sent, heard: Heard, *, received_ms: int) -> dict[str, Any]:
    """Both sides. Should Graph not have told the request's wamid yet, the button quotes it."""
    asked = {
        "message_id": request.message_id,
        "wamid": sent.wamid or heard.quoted,
        "webhooks_sha256": list(sent.webhooks),
        "at_ms": request.at_ms,
        "accepted_ms": sent.accepted_ms,
        "expires_ms": request.expires_ms,
        "template": dict(request.template) if request.template else None,
    }
    known = {name: value for name, value in asked.items() if value is not None}
    return {"request": known, **of_reply(heard, received_ms=received_ms)}
