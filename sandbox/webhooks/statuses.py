"""The statuses of an accepted message, one webhook each."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import timestamp
from sandbox.errors import GraphError
from sandbox.graph.account import Accepted
from sandbox.graph.people import Step
from sandbox.limits import Limits
from sandbox.webhooks.pricing import pricing
from sandbox.wire import Json


@dataclass(frozen=True)
class Due:
    """A webhook's value and when it is to leave."""

    value: Json
    at: datetime


def statuses(
    message: Accepted,
    steps: tuple[Step, ...],
    delays: Mapping[str, float],
    metadata: Json,
    limits: Limits,
) -> Iterator[Due]:
    """`pricing` comes with `sent` and with the first of `delivered` and `read`."""
    if message.late_error is not None:
        steps = ({"status": "failed", "code": message.late_error},)
    priced: set[str] = set()
    at = message.at
    for step in steps:
        status, code = _parts(step)
        at = max(at, message.at + timedelta(seconds=delays.get(status, 0)))
        update = _update(message, status, at)
        stage = "sent" if status == "sent" else "arrived"
        if status == "failed":
            update["errors"] = [GraphError(code).in_webhook()]
        elif status != "played" and stage not in priced:
            priced.add(stage)
            update |= _cost(message, status, limits)
        yield Due(_value(message, metadata, update), at)


def _parts(step: Step) -> tuple[str, int]:
    if isinstance(step, str):
        return step, 131000
    return str(step["status"]), int(step.get("code", 131000))


def _update(message: Accepted, status: str, at: datetime) -> Json:
    person = message.person
    update: Json = {"id": message.wamid, "status": status, "timestamp": timestamp(at)}
    if message.payload.get("to") or person.shown_phone:
        update["recipient_id"] = person.phone
    if person.user_id:
        update["recipient_user_id"] = person.user_id
    if person.parent_user_id:
        update["parent_recipient_user_id"] = person.parent_user_id
    if "biz_opaque_callback_data" in message.payload:
        update["biz_opaque_callback_data"] = message.payload["biz_opaque_callback_data"]
    return update


def _cost(message: Accepted, status: str, limits: Limits) -> Json:
    """Since v24 only a free entry point still has a `conversation`."""
    cost: Json = {"pricing": pricing(message, limits)}
    until = message.window.free_until
    if until is not None and message.window.is_free_entry(message.at):
        key = f"{message.phone_number_id}:{message.person.number}:{until.isoformat()}"
        conversation: Json = {
            "id": hashlib.sha256(key.encode()).hexdigest()[:32],
            "origin": {"type": "referral_conversion"},
        }
        if status == "sent":
            conversation["expiration_timestamp"] = timestamp(until)
        cost["conversation"] = conversation
    return cost


def _value(message: Accepted, metadata: Json, update: Json) -> Json:
    value: Json = {"messaging_product": "whatsapp", "metadata": metadata}
    if update["status"] != "failed":  # Meta names the contact in every status but this one
        contact = message.person.contact()
        if "recipient_id" in update:
            contact["wa_id"] = update["recipient_id"]
        if update["status"] == "sent":
            contact["profile"].pop("username", None)
        value["contacts"] = [contact]
    return value | {"statuses": [update]}
