"""Accepting intents: one caller's wish to send one message becomes one stored record, once."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.conversations.model import ThreadMark, fold_thread, moment, split_thread
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.records import ContentionError, Item, digest_of
from functions.core.sending.addressing import Addressing
from functions.core.sending.errors import IdempotencyConflictError, TooManyPendingError
from functions.core.sending.messages import OutboundMessage
from functions.core.sending.model import SETTLED, SendState
from functions.core.sending.purposes import Purposes
from functions.core.sending.store import NewIntent, SendingStore

_ROUNDS = 6  # against other writers of the same thread


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who wants it, under which key of theirs, and why; `masked`: card numbers taken out."""

    by: Actor
    key: str
    purpose: str = ""
    request: str = ""
    masked: int = 0


@dataclass(frozen=True)
class Accepted:
    """`is_repeat`: the intent was there already."""

    id: str
    status: str
    conversation_id: str
    contact_id: str
    is_repeat: bool = field(default=False, compare=False)


class WakeUps(Protocol):
    def send(self, thread: str, cause: str) -> None:
        """Ask the sender to look at a thread. `cause` makes repeats within minutes one."""


@dataclass(frozen=True)
class SendingRules:
    max_pending: int
    wake_grace_ms: int  # after this the sweeper looks after an intent whose wake-up was lost
    entry_point_hours: int


class SendingService:
    def __init__(
        self,
        *,
        store: SendingStore,
        addressing: Addressing,
        purposes: Purposes,
        pseudonyms: Pseudonyms,
        wake_ups: WakeUps,
        rules: SendingRules,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self.addressing = addressing
        self._purposes = purposes
        self._pseudonyms = pseudonyms
        self._wake_ups = wake_ups
        self._rules = rules
        self._now_ms = now_ms

    def accept(self, asked: Asked, message: OutboundMessage) -> Accepted:
        """Store the intent and wake the sender.

        The id follows from client and key, so the record itself is the idempotency record: a
        repeat finds it, however much later, also when the first answer never arrived.
        """
        message_id = self.message_id(asked)
        body = message.model_dump_json(exclude_unset=True)
        body_digest = self._pseudonyms.of("body", _canonical(body))
        for _ in range(_ROUNDS):
            stored = self._store.message(message_id)
            if stored is not None:
                return self._repeat(message_id, body_digest, stored)
            intent = self._intent(message_id, message, body, body_digest, asked)
            if self._store.create(intent):
                self._wake(intent.thread, message_id)
                return _answer(message_id, intent.attributes)
        raise ContentionError("the conversation kept changing")

    def message_id(self, asked: Asked) -> str:
        """Which id the message has, or would have."""
        return f"m_{self._pseudonyms.of('intent', asked.by.id, asked.key)}"

    def _repeat(self, message_id: str, body_digest: str, stored: Item) -> Accepted:
        if stored["body_digest"] != body_digest:
            raise IdempotencyConflictError("this Idempotency-Key was used with another body")
        if stored["send_state"] not in SETTLED:
            self._wake(stored["thread"], message_id)
        return replace(_answer(message_id, stored), is_repeat=True)

    def _wake(self, thread: str, message_id: str) -> None:
        """The intent is stored: should the queue refuse, the sweeper finds it when it is due."""
        with suppress(StoreUnavailableError):
            self._wake_ups.send(thread, message_id)

    def _intent(
        self,
        message_id: str,
        message: OutboundMessage,
        body: str,
        body_digest: str,
        asked: Asked,
    ) -> NewIntent:
        now_ms = self._now_ms()
        purpose = self._purposes.of(message)
        destination = self.addressing.destination(message, now_ms)
        thread = self._store.threads([destination.thread]).get(destination.thread)
        if thread and len(thread.get("pending", [])) >= self._rules.max_pending:
            raise TooManyPendingError("too many messages already wait for this contact")
        thread_attributes = fold_thread(
            thread,
            destination.thread,
            [ThreadMark(at_ms=now_ms)],
            entry_point_hours=self._rules.entry_point_hours,
        )
        return NewIntent(
            message_id=message_id,
            thread=destination.thread,
            attributes={
                "thread": destination.thread,
                "at": moment(now_ms, message_id),
                "facts": {},
                "digest": digest_of({}),
                "key": destination.key,
                "intent": body,
                "type": message.type,
                "policy": message.policy,
                **({"purpose": purpose.value} if purpose else {}),
                **({"legal_duty": message.legal_duty} if message.legal_duty else {}),
                "address": dict(destination.address),
                "contact_id": destination.contact_id,
                "phone_number_id": split_thread(destination.thread)[0],
                "client": asked.by.id,
                "body_digest": body_digest,
                "created_ms": now_ms,
                "send_state": SendState.QUEUED.value,
                "attempt": 0,
            },
            thread_attributes=thread_attributes,
            thread_digest=(thread or {}).get("digest"),
            due_ms=now_ms + self._rules.wake_grace_ms,
            entry=Event(
                action=Action.INTENT_ACCEPTED,
                by=asked.by,
                on=(destination.contact_id,),
                what=f"message/{message_id}",
                purpose=asked.purpose,
                request=asked.request,
                facts={
                    "type": message.type,
                    "policy": str(message.policy),
                    **({"purpose": purpose.value} if purpose else {}),
                    **({"legal_duty": message.legal_duty} if message.legal_duty else {}),
                    "phone_number_id": split_thread(destination.thread)[0],
                    "masked_card_numbers": asked.masked,
                },
            ),
        )


def _answer(message_id: str, stored: Mapping[str, Any]) -> Accepted:
    conversation_id = f"{stored['phone_number_id']}.{stored['contact_id']}"
    return Accepted(message_id, SendState.QUEUED.value, conversation_id, stored["contact_id"])


def _canonical(body: str) -> str:
    return json.dumps(json.loads(body), sort_keys=True)
