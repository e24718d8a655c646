"""Webhooks as Meta sends them in 2026: number and BSUID, contacts beside, prices in statuses."""

import hmac
import json
from typing import Any

WABA = "100000000000002"
NUMBER = "100000000000003"
SECRET = "bench app secret"  # noqa: S105 - signs nothing but the bench's own bodies
_AT = 1_790_000_000
_WORDS = "Good morning, is my order on its way yet? I would be at home until noon tomorrow. "

Json = dict[str, Any]


def person(number: int) -> Json:
    return {
        "wa_id": f"4915550{number:06}",
        "user_id": f"DE.{number:016}",
        "profile": {"name": f"Person {number}"},
    }


def wamid(number: int) -> str:
    return f"wamid.HBgNNDkxNTU1MDAwMDAwFQIAERgSN{number:024}=="


def inbound(number: int, who: Json, at: int = _AT) -> Json:
    """One text message of 160 characters, as one change."""
    message = {
        "from": who["wa_id"],
        "from_user_id": who["user_id"],
        "id": wamid(number),
        "timestamp": str(at),
        "type": "text",
        "text": {"body": (_WORDS * 2)[:160]},
    }
    return _change(contacts=[who], messages=[message])


def status(state: str, message_wamid: str, who: Json, callback: str, at: int = _AT) -> Json:
    told: Json = {
        "id": message_wamid,
        "status": state,
        "timestamp": str(at),
        "recipient_id": who["wa_id"],
        "recipient_user_id": who["user_id"],
        "biz_opaque_callback_data": callback,
    }
    if state != "read":
        told["conversation"] = {"id": "f" * 32, "origin": {"type": "service"}}
        told["pricing"] = {
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": "service",
        }
    return _change(contacts=[who], statuses=[told])


def _change(**arrays: Any) -> Json:
    metadata = {"display_phone_number": "15550100000", "phone_number_id": NUMBER}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **arrays}
    return {"field": "messages", "value": value}


def webhook(changes: list[Json]) -> Json:
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": WABA, "time": _AT, "changes": changes}],
    }


def batch(size: int, *, people: int) -> Json:
    """Messages and their statuses, one status to three messages, person after person."""
    changes = []
    for number in range(size):
        who = person(number * people // size)
        if number % 4 == 3:  # noqa: PLR2004 - every fourth
            changes.append(status("delivered", wamid(number - 1), who, "", _AT + number))
        else:
            changes.append(inbound(number, who, _AT + number))
    return webhook(changes)


def encoded(document: Json) -> bytes:
    """Meta escapes what is not ASCII, and slashes."""
    return json.dumps(document, separators=(",", ":")).replace("/", "\\/").encode()


def signature(body: bytes) -> str:
    return "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
