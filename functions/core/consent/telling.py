"""What people are told by themselves: replies to what they wrote, and what is told only once."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from functions.core.audit.model import Actor
from functions.core.consent.store import DynamoConsent
from functions.core.consent.vocabulary import Purpose
from functions.core.contacts.service import Directory
from functions.core.conversations.model import split_thread
from functions.core.runtime import log
from functions.core.runtime.records import ContentionError
from functions.core.sending.errors import IdempotencyConflictError, SendingError
from functions.core.sending.messages import parse_message
from functions.core.sending.service import Asked, SendingService

# Who replies are from, where callers of the API have their client id.
AMANA = Actor(kind="system", id="amana")

_ROUNDS = 6  # against other writers of the same state


class Telling:
    def __init__(
        self,
        *,
        store: DynamoConsent,
        directory: Directory,
        sending: SendingService,
        now_ms: Callable[[], int],
        fresh_ms: int,
    ) -> None:
        """`fresh_ms`: who wrote longer ago is not replied to."""
        self._store = store
        self._directory = directory
        self._sending = sending
        self._now_ms = now_ms
        self.fresh_ms = fresh_ms

    def is_due(self, thread: str, at_ms: int) -> bool:
        """A reply into a group would tell the others."""
        is_group = split_thread(thread)[1].startswith("g")
        return not is_group and self._now_ms() - at_ms <= self.fresh_ms

    def text(self, thread: str, at_ms: int, body: str, *, key: str) -> None:
        text = {"body": body, "preview_url": False}
        self.say(thread, at_ms, {"type": "text", "text": text}, key=key)

    def say(self, thread: str, at_ms: int, content: Mapping[str, Any], *, key: str) -> None:
        """To who wrote on this thread at that time. `key`: what is said under it is said once."""
        if not self.is_due(thread, at_ms):
            return
        phone_number_id, node = split_thread(thread)
        person, _ = self._directory.person_behind(node, at_ms)
        wanted = {
            "purpose": Purpose.SERVICE.value,
            "contact_id": person.contact_id,
            "phone_number_id": phone_number_id,
            **content,
        }
        try:
            self._sending.accept(Asked(by=AMANA, key=key), parse_message(json.dumps(wanted)))
        except IdempotencyConflictError:
            return  # it was said, in other words or another language
        except SendingError as error:  # a full queue, a number that is no longer ours
            log.warning("consent not replied to", error=type(error).__name__)

    def noted(self, node: str, at_ms: int, what: str) -> Mapping[str, Any] | None:
        """The latest note that a person was told this: `at_ms` of what made it so, `by` which."""
        person, _ = self._directory.person_behind(node, at_ms)
        items = self._store.items({span.node for span in person.spans} | {node}, consistent=True)
        notes = [item["told"][what] for item in items.values() if what in item.get("told", {})]
        return max(notes, key=lambda note: note["at_ms"], default=None)

    def once(
        self, node: str, at_ms: int, what: str, fact_id: str, *, within_ms: int | None = None
    ) -> bool:
        """Whether to tell a person this: nobody did, or the same fact had it told before.

        It is noted at the alias before anything is said, so that no two facts say it; the fact
        that noted it may say it again under the same key, should it have died in between.
        `within_ms`: how long it is not told again; None: ever.
        """
        for _ in range(_ROUNDS):
            person, _ = self._directory.person_behind(node, at_ms)
            nodes = {span.node for span in person.spans} | {node}
            items = self._store.items(nodes, consistent=True)
            notes = [item["told"][what] for item in items.values() if what in item.get("told", {})]
            for note in notes:
                if within_ms is None or abs(at_ms - note["at_ms"]) < within_ms:
                    return bool(note["by"] == fact_id)
            before = items.get(node, {}).get("told")
            after = {**(before or {}), what: {"at_ms": at_ms, "by": fact_id}}
            if self._store.note_told(node, after, before=before):
                return True
        raise ContentionError("what a person was told kept changing")
