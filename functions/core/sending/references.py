"""From our ids of messages and uploaded media to those that Graph knows them by."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from functions.core.sending.errors import UnknownMessageError
from functions.core.sending.model import Reason
from functions.core.sending.store import SendingStore


class Media(Protocol):
    def resolved(
        self, payload: Mapping[str, Any], *, phone_number_id: str
    ) -> Mapping[str, Any] | Reason:
        """With Meta's ids in place of ours, or why a medium cannot be sent."""


class References:
    def __init__(self, store: SendingStore, media: Media) -> None:
        self._store = store
        self.media = media.resolved

    def wamid(self, message_id: str) -> str:
        item = self._store.message(message_id)
        if item is None:
            raise UnknownMessageError("no such message is stored here")
        if "wamid" in item:
            return str(item["wamid"])
        for fact in item["facts"].values():
            element = json.loads(fact["raw"])["update"] if "raw" in fact else {}
            if isinstance(element, dict) and element.get("id"):
                return str(element["id"])
        raise UnknownMessageError("the message has no wamid")
