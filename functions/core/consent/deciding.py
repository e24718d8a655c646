"""Answers to requests for consent: what each comes to, and how it is recorded."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.core.consent import evidence
from functions.core.consent.heard import Heard
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.overtaking import META, PERSON, Overtaking
from functions.core.consent.requests import Request, Requests, Sent, event_id
from functions.core.consent.rules import Rules
from functions.core.consent.vocabulary import STRENGTHS, Kind, Method
from functions.core.consent.words import understand
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.runtime import log


@dataclass(frozen=True)
class Decided:
    """What an answer came to. `language`: of the notice it was about."""

    kind: Kind
    request_id: str
    language: str


class Deciding:
    def __init__(
        self,
        *,
        ledger: Ledger,
        overtaking: Overtaking,
        requests: Requests,
        pseudonyms: Pseudonyms,
        rules: Rules,
        now_ms: Callable[[], int],
    ) -> None:
        self._ledger = ledger
        self._overtaking = overtaking
        self._requests = requests
        self._pseudonyms = pseudonyms
        self._rules = rules
        self._now_ms = now_ms

    def tapped(self, heard: Heard, request_id: str, *, agrees: bool) -> Decided | None:
        """None: there is no such request, so nothing that could be recorded about it."""
        request = self._requests.find(request_id)
        if request is None:
            log.metric("UnknownConsentRequests")
            return None
        is_theirs = self._person(request.node, request.at_ms) == self._person(
            heard.node, heard.at_ms
        )
        kind = decision(request, heard, is_theirs=is_theirs, agrees=agrees)
        sent = self._requests.sent(request)
        return self._decided(heard, request, sent, kind)

    def said(self, heard: Heard, *, agrees: bool) -> Decided | None:
        """A word alone is an answer only while it can mean one request, which went out."""
        person, _ = self._ledger.directory.person_behind(heard.node, heard.at_ms, consistent=True)
        states = self._ledger.states(person, consistent=True)
        open_ones = self._requests.waiting(states, person, heard.at_ms)
        if len(open_ones) != 1:
            return None
        request, sent = open_ones[0]
        if not sent.wamid or (agrees and not _agrees_in(request.notice.language, heard)):
            return None
        kind = decision(request, heard, is_theirs=True, agrees=agrees)
        return self._decided(heard, request, sent, kind, method=Method.WHATSAPP_WORD)

    def _person(self, node: str, at_ms: int) -> str:
        return self._ledger.directory.person_behind(node, at_ms, consistent=True)[0].contact_id

    def _decided(
        self,
        heard: Heard,
        request: Request,
        sent: Sent,
        kind: Kind,
        method: Method = Method.WHATSAPP_BUTTON,
    ) -> Decided:
        event = Event(
            id=event_id(self._pseudonyms, kind, request.id, heard.fact_id),
            kind=kind,
            purpose=request.purpose,
            node=heard.node,
            at_ms=heard.at_ms,
            method=method,
            by=PERSON,
            notice=request.notice,
            request=request.id,
            reason=_REASONS.get(kind, ""),
            evidence=evidence.of_answer(request, sent, heard, received_ms=self._now_ms()),
        )
        if kind is Kind.GIVEN:
            until_ms = heard.at_ms + self._rules[request.purpose].valid_ms
            event = replace(event, strength=STRENGTHS[method], until_ms=until_ms)
        self._ledger.record(event, Told(by=META))
        self._overtaking.after(event)
        return Decided(kind, request.id, request.notice.language)


_EVERYBODYS = "en"
_REASONS = {Kind.EXPIRED: "answered too late", Kind.DISREGARDED: "asked of somebody else"}


def _agrees_in(language: str, heard: Heard) -> bool:
    """A "yes" of the language that was asked in, or of English: of another it may be a filler."""
    words = understand(heard.shown, preferred=language)
    return words is not None and words.language in (language, _EVERYBODYS)


def decision(request: Request, heard: Heard, *, is_theirs: bool, agrees: bool) -> Kind:
    """To say no is never too late: only what would activate something has a limit."""
    if not is_theirs:
        return Kind.DISREGARDED
    if not agrees:
        return Kind.REFUSED
    return Kind.GIVEN if heard.at_ms <= request.expires_ms else Kind.EXPIRED
