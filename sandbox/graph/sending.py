"""POST /{phone-number-id}/messages: accept a message, or refuse it as Meta would."""

import re
from dataclasses import dataclass
from datetime import datetime

from sandbox.errors import GraphError
from sandbox.graph.account import Accepted, Account
from sandbox.graph.content import TYPES, Context, check_content
from sandbox.graph.fields import Fields
from sandbox.graph.people import Person, digits
from sandbox.ids import Ids
from sandbox.wire import Json

# E.164 has at most 15 digits; Meta forgives a plus sign, spaces, hyphens and brackets
_PHONE = re.compile(r"\+?[\d\s().-]+")
_PHONE_DIGITS = range(7, 16)


@dataclass(frozen=True)
class Call:
    """One request to a phone number."""

    account: Account
    ids: Ids
    now: datetime
    phone_number_id: str


def send(call: Call, payload: Json) -> Accepted:
    """Check everything in Meta's order: the shape, the recipient, the pace, the window."""
    account, message = call.account, Fields(payload)
    kind = _envelope(account, message)
    category = check_content(
        kind, message, Context(account.media, account.templates, account.limits, call.now)
    )
    person = _recipient(call, message, category)
    account.throttle.let_through(call.phone_number_id, person.number, call.now, account.limits)
    accepted = _accept(call, person, message, category)
    account.accepted.append(accepted)
    return accepted


def _envelope(account: Account, message: Fields) -> str:
    message.choice("messaging_product", {"whatsapp"})
    message.optional_string(
        "biz_opaque_callback_data", account.limits.count("graph", "callback_data_chars")
    )
    if message.has("recipient_type"):
        message.choice("recipient_type", {"individual"})
    if message.has("context"):
        message.object("context").string("message_id")
    if not message.has("recipient"):
        message.string("to")
    return message.choice("type", TYPES) if message.has("type") else "text"


def _recipient(call: Call, message: Fields, category: str) -> Person:
    """`to` goes before `recipient` when both are there."""
    if message.has("to"):
        return _by_phone(call, message.string("to"))
    if category == "authentication":
        raise GraphError(131062)
    person = call.account.people.find(message.string("recipient"))
    if person is None:
        raise GraphError(131026)
    return person


def _by_phone(call: Call, text: str) -> Person:
    phone = digits(text)
    if not _PHONE.fullmatch(text) or len(phone) not in _PHONE_DIGITS:
        raise GraphError(
            131009, "The phone number is malformed: Please use the format: +1234567890."
        )
    if phone == digits(call.account.config.phone_number_ids[call.phone_number_id]):
        raise GraphError(131021)
    return call.account.people.with_phone(phone)


def _accept(call: Call, person: Person, message: Fields, category: str) -> Accepted:
    account, now = call.account, call.now
    window = account.window(call.phone_number_id, person)
    late_error = None
    if not person.on_whatsapp:
        late_error = _now_or_later(account, 131026)
    elif category == "service" and not window.allows_free_form(now, account.limits):
        late_error = _now_or_later(account, 131047)
    else:
        window = window.after_answer(now, account.limits)
        account.set_window(call.phone_number_id, person, window)
    return Accepted(
        wamid=call.ids.wamid(person.phone or str(person.user_id), inbound=False),
        phone_number_id=call.phone_number_id,
        person=person,
        at=now,
        payload=message.value,
        category=category,
        window=window,
        late_error=late_error,
    )


def _now_or_later(account: Account, code: int) -> int:
    """Some accounts hear of an error at once, others only by webhook: both occur at Meta."""
    if code not in account.config.late_errors:
        raise GraphError(code)
    return code


def answer(accepted: Accepted) -> Json:
    """Graph's answer; `wa_id` and `user_id` only as far as the request used them."""
    payload = accepted.payload
    contact: Json = {"input": payload.get("to") or payload["recipient"]}
    if payload.get("to"):
        contact["wa_id"] = accepted.person.phone
    if payload.get("recipient"):
        contact["user_id"] = payload["recipient"]
    return {
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{"id": accepted.wamid, "message_status": "accepted"}],
    }


def mark_as_read(call: Call, payload: Json) -> Json:
    """`status: read`, perhaps with a typing indicator."""
    request = Fields(payload)
    request.choice("messaging_product", {"whatsapp"})
    request.choice("status", {"read"})
    message_id = request.string("message_id")
    if request.has("typing_indicator"):
        request.object("typing_indicator").choice("type", {"text"})
    if message_id not in call.account.received.get(call.phone_number_id, ()):
        raise GraphError(131009, "The message_id is no message that this number has received.")
    call.account.reads.append(
        {
            "message_id": message_id,
            "phone_number_id": call.phone_number_id,
            "typing": request.has("typing_indicator"),
            "at": call.now.isoformat(),
        }
    )
    return {"success": True}
