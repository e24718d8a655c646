"""Requests for consent: what is kept of one, and what is known of the message that asked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.consent.model import Notice
from functions.core.consent.standing import States
from functions.core.consent.store import DynamoConsent
from functions.core.consent.vocabulary import Purpose
from functions.core.consent.waiting import waiting
from functions.core.contacts.model import Person
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.conversations.model import FactKind
from functions.core.runtime.records import Item, Key, RecordStore
from functions.core.sending.model import SendState

_BUTTON = re.compile(r"consent:(?P<request>r_[a-z2-7]{26}):(?P<answer>yes|no)")
_NEVER_SENT = (SendState.REFUSED, SendState.FAILED)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question to one person, with nothing personal in it.

    `node`: the alias it went to. `contact_id`, `phone_number_id`: as whoever asked named them.
    `template`: its name and language; None: a free-form message with buttons.
    """

    id: str
    node: str
    contact_id: str
    purpose: Purpose
    notice: Notice
    at_ms: int
    expires_ms: int
    message_id: str
    template: Mapping[str, str] | None = None
    phone_number_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The message that asked. `webhooks`: SHA-256 of the deliveries that told of it."""

    exists: bool = False
    wamid: str = ""
    accepted_ms: int | None = None
    webhooks: tuple[str, ...] = ()
    failed: bool = False


class Requests:
    def __init__(self, *, store: DynamoConsent, records: RecordStore) -> None:
        """`records`: messages, opened."""
        self._store = store
        self._records = records

    def find(self, request_id: str) -> Request | None:
        item = self._store.request(request_id)
        return None if item is None else _request_from(request_id, item)

    def keep(self, request: Request) -> Request:
        """What is kept under this id: of two at once the first."""
        if self._store.keep_request(request.id, _item(request)):
            return request
        return self.find(request.id) or request

    def sent(self, request: Request) -> Sent:
        key = Key(f"MESSAGE#{request.message_id}", "MESSAGE")
        item = self._records.load([key], consistent=True).get(key)
        return Sent() if item is None else _sent(item)

    def waiting(self, states: States, person: Person, at_ms: int) -> list[tuple[Request, Sent]]:
        """Those that a word at that moment could answer; what never went out asks nothing."""
        marks = waiting(states, person, at_ms).values()
        found = [request for mark in marks if (request := self.find(mark.request))]
        told = [(request, self.sent(request)) for request in found]
        return [(request, sent) for request, sent in told if not sent.failed]


def request_id(pseudonyms: Pseudonyms, client: str, key: str) -> str:
    return f"r_{pseudonyms.of('consent request', client, key)}"


def event_id(pseudonyms: Pseudonyms, *facts: str) -> str:
    """The same for the same facts."""
    return f"e_{pseudonyms.of('consent event', *facts)}"


def button_id(request: str, *, yes: bool) -> str:
    return f"consent:{request}:{'yes' if yes else 'no'}"


def answered_by(button: str) -> tuple[str, bool] | None:
    """The request that a button belongs to, and whether it is the one that agrees."""
    match = _BUTTON.fullmatch(button)
    return (match["request"], match["answer"] == "yes") if match else None


def _item(request: Request) -> dict[str, Any]:
    told = {**vars(request), "purpose": request.purpose.value, "notice": vars(request.notice)}
    return {name: value for name, value in told.items() if name != "id" and value is not None}


def _request_from(name: str, item: Item) -> Request:
    others = ("pk", "sk", "retain_shard", "retain_at")
    told = {key: value for key, value in item.items() if key not in others}
    return Request(
        **{**told, "purpose": Purpose(told["purpose"]), "notice": Notice(**told["notice"])},
        id=name,
    )


def _sent(item: Item) -> Sent:
    statuses = [fact for fact in item["facts"].values() if fact["kind"] == FactKind.STATUS]
    named = [json.loads(fact["raw"])["update"].get("id", "") for fact in statuses if "raw" in fact]
    return Sent(
        exists=True,
        wamid=item.get("wamid") or max(named, default=""),
        accepted_ms=item.get("accepted_ms"),
        webhooks=tuple(sorted({bytes(fact["webhook"]).hex() for fact in statuses})),
        failed=item["send_state"] in _NEVER_SENT,
    )
