"""What a posted webhook means to Graph itself: who wrote, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.graph.account import Account
from sandbox.graph.people import Person
from sandbox.webhooks.bodies import changes
from sandbox.wire import Json

_NOT_WRITTEN = {"system", "unsupported"}


@dataclass(frozen=True)
class Seen:
    wamid: str
    phone_number_id: str
    # None when nobody is named, or something that is not written by a person
    person: Person | None


def observe(account: Account, body: object, now: datetime) -> list[Seen]:
    """Open windows for the messages of a body that this account's numbers receive."""
    return [
        _see(account, phone_number_id, message, now)
        for phone_number_id, message in _messages(body)
        if phone_number_id in account.config.phone_number_ids and message.get("id")
    ]


def _see(account: Account, phone_number_id: str, message: Json, now: datetime) -> Seen:
    wamid = str(message["id"])
    phone, user_id = message.get("from"), message.get("from_user_id")
    if not (phone or user_id) or message.get("type") in _NOT_WRITTEN:
        return Seen(wamid, phone_number_id, None)
    person = account.people.known(phone, user_id)
    account.note_inbound(
        phone_number_id, person, wamid, _time(message, now), entry_point="referral" in message
    )
    return Seen(wamid, phone_number_id, person)


def _messages(body: object) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, change in changes(body):
        value = change.get("value")
        if change.get("field") == "messages" and isinstance(value, dict):
            phone_number_id = str((value.get("metadata") or {}).get("phone_number_id"))
            for message in value.get("messages") or ():
                if isinstance(message, dict):
                    yield phone_number_id, message


def _time(message: Json, now: datetime) -> datetime:
    """The window counts from the message, which never is in the future."""
    text = str(message.get("timestamp", ""))
    return min(now, datetime.fromtimestamp(int(text), UTC)) if text.isdigit() else now
