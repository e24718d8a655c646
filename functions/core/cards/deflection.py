"""The answer to somebody who sent a card number: please do not, and here is what became of it."""

import json
from collections.abc import Callable

from functions.core.audit.model import Actor
from functions.core.contacts.service import Directory
from functions.core.conversations.model import Fact, split_thread
from functions.core.runtime import log
from functions.core.sending.errors import SendingError
from functions.core.sending.messages import parse_message
from functions.core.sending.service import Asked, SendingService

# Who the reply is from, where callers of the API have their client id.
_AMANA = Actor(kind="system", id="amana")

_DAY_MS = 86_400_000
# Nobody remembers what an answer to an older message is about.
_FRESH_MS = 3_600_000


class Deflection:
    """Once a day in each conversation: somebody who sends three numbers needs one answer."""

    def __init__(
        self,
        *,
        sending: SendingService,
        directory: Directory,
        text: str,
        now_ms: Callable[[], int],
    ) -> None:
        self._sending = sending
        self._directory = directory
        self._text = text
        self._now_ms = now_ms

    def answer(self, fact: Fact) -> None:
        phone_number_id, node = split_thread(fact.thread)
        now_ms = self._now_ms()
        if node.startswith("g") or now_ms - fact.at_ms > _FRESH_MS:
            return
        person, _ = self._directory.person_behind(node, fact.at_ms)
        wanted = {
            "contact_id": person.contact_id,
            "phone_number_id": phone_number_id,
            "type": "text",
            "text": {"body": self._text},
        }
        try:
            self._sending.accept(
                Asked(by=_AMANA, key=f"card number {fact.thread} {fact.at_ms // _DAY_MS}"),
                parse_message(json.dumps(wanted)),
            )
        except SendingError as error:  # a full queue, a number that is no longer ours
            log.warning("card number not answered", error=type(error).__name__)
