"""Asking a person for their consent, over WhatsApp: one purpose, one message, two buttons."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.core.audit.model import Actor
from functions.core.consent.errors import RequestOpenError, UnknownContactError
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.notices import NoticeText
from functions.core.consent.questions import Replies, shown, templated
from functions.core.consent.requests import Request, Requests, event_id, request_id
from functions.core.consent.vocabulary import Kind, Method, Purpose
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.sending.errors import IdempotencyConflictError
from functions.core.sending.messages import OutboundMessage, parse_message
from functions.core.sending.service import Asked as Wanted
from functions.core.sending.service import SendingService


@dataclass(frozen=True, kw_only=True)
class AskFor:
    """Who is to be asked for what, showing which notice.

    `template`: name and language of an approved one with two quick-reply buttons; None: a free-form
    message, which WhatsApp takes only while the customer service window is open. `key`: the
    caller's, that makes a repeat recognisable.
    """

    contact_id: str
    purpose: Purpose
    notice: NoticeText
    by: Actor
    key: str
    template: Mapping[str, str] | None = None
    phone_number_id: str | None = None
    request: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`is_repeat`: this very request had been sent before."""

    request_id: str
    message_id: str
    expires_ms: int
    is_repeat: bool


class DoubleOptIn:
    """What is done, and in this order: the request is kept, its message accepted, the event stored.

    A message never leaves before the request that its buttons name can be found, so every answer
    finds its request. And since it is the event that makes a request wait for an answer, none waits
    whose message was not accepted. Whoever dies in between starts again with the same key: each
    step finds what it did the first time.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        requests: Requests,
        sending: SendingService,
        pseudonyms: Pseudonyms,
        replies: Replies,
        now_ms: Callable[[], int],
        waits_ms: int,
    ) -> None:
        self._ledger = ledger
        self._requests = requests
        self._sending = sending
        self._pseudonyms = pseudonyms
        self._replies = replies
        self._now_ms = now_ms
        self._waits_ms = waits_ms

    def ask(self, asked: AskFor) -> Asked:
        """RequestOpenError while another purpose waits for its answer."""
        name = request_id(self._pseudonyms, asked.by.id, asked.key)
        known = self._requests.find(name)
        if known is None or not self._requests.sent(known).exists:
            self._check_alone(asked)
        request = known or self._begun(name, asked)
        if not _is_the_same(request, asked):
            raise IdempotencyConflictError("this Idempotency-Key was used with another body")
        accepted = self._sending.accept(
            _wanted(asked, name), _message(request, asked.notice, self._replies)
        )
        self._ledger.record(
            self._requested(request, asked), Told(by=asked.by, request=asked.request)
        )
        return Asked(
            request_id=name,
            message_id=accepted.id,
            expires_ms=request.expires_ms,
            is_repeat=accepted.is_repeat,
        )

    def _check_alone(self, asked: AskFor) -> None:
        found = self._ledger.directory.person(asked.contact_id)
        if found is None:
            raise UnknownContactError("no contact has this id")
        now_ms = self._now_ms()
        states = self._ledger.states(found[0], consistent=True)
        for open_one, _ in self._requests.waiting(states, found[0], now_ms + 1):
            if open_one.purpose is not asked.purpose:
                until = datetime.fromtimestamp(open_one.expires_ms / 1000, UTC)
                raise RequestOpenError(
                    f"{open_one.purpose.value} waits for an answer until {until:%Y-%m-%dT%H:%MZ}"
                )

    def _begun(self, name: str, asked: AskFor) -> Request:
        now_ms = self._now_ms()
        at_ms = now_ms - now_ms % 1000  # Meta tells seconds: no answer may seem to come before
        return self._requests.keep(
            Request(
                id=name,
                node=self._ledger.node_of(asked.contact_id),
                contact_id=asked.contact_id,
                purpose=asked.purpose,
                notice=asked.notice.ref,
                at_ms=at_ms,
                expires_ms=at_ms + self._waits_ms,
                message_id=self._sending.message_id(_wanted(asked, name)),
                template=asked.template,
                phone_number_id=asked.phone_number_id,
            )
        )

    def _requested(self, request: Request, asked: AskFor) -> Event:
        return Event(
            id=event_id(self._pseudonyms, Kind.REQUESTED, request.id),
            kind=Kind.REQUESTED,
            purpose=request.purpose,
            node=request.node,
            at_ms=request.at_ms,
            until_ms=request.expires_ms,
            method=Method.WHATSAPP_REQUEST,
            by=asked.by.id,
            notice=request.notice,
            request=request.id,
            evidence={
                "message_id": request.message_id,
                **({"template": dict(request.template)} if request.template else {}),
            },
        )


def _message(request: Request, notice: NoticeText, replies: Replies) -> OutboundMessage:
    number = {"phone_number_id": request.phone_number_id} if request.phone_number_id else {}
    content = templated(request) if request.template else shown(request, notice, replies)
    return parse_message(json.dumps({"contact_id": request.contact_id, **number, **content}))


def _wanted(asked: AskFor, name: str) -> Wanted:
    return Wanted(
        by=asked.by, key=f"consent {name}", purpose=asked.purpose.value, request=asked.request
    )


def _is_the_same(request: Request, asked: AskFor) -> bool:
    return (
        request.contact_id == asked.contact_id
        and request.purpose is asked.purpose
        and request.notice == asked.notice.ref
        and request.template == asked.template
        and request.phone_number_id == asked.phone_number_id
    )
