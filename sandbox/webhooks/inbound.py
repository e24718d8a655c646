"""A person writes: from the short form of POST /sandbox/inbound to Meta's body."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import timestamp
from sandbox.errors import ControlError
from sandbox.graph.account import Account
from sandbox.graph.media import Media
from sandbox.graph.media_samples import sample
from sandbox.graph.people import Person
from sandbox.ids import Ids
from sandbox.wire import Json

_MEDIA_TYPES = {
    "audio": "audio/ogg",
    "document": "application/pdf",
    "image": "image/jpeg",
    "sticker": "image/webp",
    "video": "video/mp4",
}
_PERSON = {"username", "hide_number", "parent_user_id", "name"}


@dataclass(frozen=True)
class Writer:
    """Turns short forms into values; `base_url` is where received media can be had."""

    account: Account
    ids: Ids
    now: datetime
    base_url: str

    def value(self, short: Mapping[str, Any]) -> Json:
        """One message in one `value`, with its sender in `contacts`."""
        person = self._person(short)
        with_ids = short.get("user_id", "") is not None
        message: Json = self._sender(person, ids=with_ids) | {
            "id": short.get("id")
            or self.ids.wamid(person.phone or str(person.user_id), inbound=True),
            "timestamp": str(short.get("timestamp") or timestamp(self.now)),
        }
        for extra in ("referral", "context"):
            if extra in short:
                message[extra] = short[extra]
        message |= short["message"] if "message" in short else self._content(short)
        return {
            "messaging_product": "whatsapp",
            "metadata": metadata(self.account, self._phone_number_id(short)),
            "contacts": [person.contact(ids=with_ids)],
            "messages": [message],
        }

    def _person(self, short: Mapping[str, Any]) -> Person:
        person = self.account.people.known(short.get("from"), short.get("user_id"))
        for trait in _PERSON & set(short):
            setattr(person, trait, short[trait])
        return person

    def _phone_number_id(self, short: Mapping[str, Any]) -> str:
        known = self.account.config.phone_number_ids
        chosen = str(short.get("phone_number_id") or next(iter(known)))
        if chosen not in known:
            raise ControlError(f"this sandbox has no phone number id {chosen}")
        return chosen

    def _sender(self, person: Person, *, ids: bool) -> Json:
        sender: Json = {}
        if person.shown_phone:
            sender["from"] = person.shown_phone
        if ids and person.user_id:
            sender["from_user_id"] = person.user_id
        if ids and person.parent_user_id:
            sender["from_parent_user_id"] = person.parent_user_id
        return sender

    def _content(self, short: Mapping[str, Any]) -> Json:
        kind = str(short.get("type", "text"))
        content = short.get(kind)
        if kind == "text" and isinstance(content, str):
            content = {"body": content}
        if kind in _MEDIA_TYPES:
            content = self._media(kind, dict(content or {}), short)
        if content is None:
            raise ControlError(f"a message of type {kind} needs {kind!r}")
        return {"type": kind, kind: content}

    def _media(self, kind: str, content: Json, short: Mapping[str, Any]) -> Json:
        """Keep the bytes given in `data_base64` (or a few of our own) for download."""
        given = content.pop("data_base64", None)
        if "id" in content:
            return content
        mime_type = str(content.get("mime_type", _MEDIA_TYPES[kind]))
        try:
            data = sample(mime_type) if given is None else base64.b64decode(given, validate=True)
        except binascii.Error as error:
            raise ControlError("data_base64 is not base64") from error
        media = Media(
            id=self.ids.media(),
            phone_number_id=self._phone_number_id(short),
            mime_type=mime_type,
            data=data,
            expires_at=self.now
            + timedelta(days=self.account.limits.number("media", "received_days")),
            uploaded=False,
        )
        self.account.media.put(media)
        return content | {
            "mime_type": media.mime_type,
            "sha256": media.sha256_base64,
            "id": media.id,
            "url": self.account.media.url(media, self.now, self.base_url, self.account.limits),
        }


def metadata(account: Account, phone_number_id: str) -> Json:
    number = account.config.phone_number_ids[phone_number_id]
    return {"display_phone_number": number, "phone_number_id": phone_number_id}
