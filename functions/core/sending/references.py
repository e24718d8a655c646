"""From our id of a message to the wamid that Graph knows it by."""

import json

from functions.core.sending.errors import UnknownMessageError
from functions.core.sending.store import SendingStore


class References:
    def __init__(self, store: SendingStore) -> None:
        self._store = store

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
