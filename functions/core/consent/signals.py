"""What takes a consent back without an answer of ours: words, Meta's switch, its errors, a move."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.consent import evidence
from functions.core.consent.heard import Heard
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.overtaking import META, PERSON, Overtaking
from functions.core.consent.requests import event_id
from functions.core.consent.rules import Rules
from functions.core.consent.vocabulary import Kind, Method, Purpose
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.conversations.filing import Filed
from functions.core.conversations.model import Fact, FactKind
from functions.core.conversations.service import Moved
from functions.core.whatsapp.graph_errors import ErrorClass, guidance
from functions.core.whatsapp.model import Update
from functions.core.whatsapp.reading import mapping, text


@dataclass(frozen=True, kw_only=True)
class _Cause:
    """`node`: the alias of whom it happened to. `told`: what proves it."""

    node: str
    at_ms: int
    fact_id: str
    method: Method
    told: Mapping[str, Any]


class Signals:
    def __init__(
        self,
        *,
        ledger: Ledger,
        overtaking: Overtaking,
        pseudonyms: Pseudonyms,
        rules: Rules,
        now_ms: Callable[[], int],
    ) -> None:
        self._ledger = ledger
        self._overtaking = overtaking
        self._pseudonyms = pseudonyms
        self._rules = rules
        self._now_ms = now_ms

    def withdrawn(self, heard: Heard, method: Method, *, promotional: bool = False) -> None:
        """From every purpose that such words are about, however old the message is.

        `promotional`: from those alone that need a consent in the first place.
        """
        now_ms = self._now_ms()
        cause = _Cause(
            node=heard.node,
            at_ms=heard.at_ms or now_ms,  # without a time it would be outdated by anything
            fact_id=heard.fact_id,
            method=method,
            told=evidence.of_reply(heard, received_ms=now_ms),
        )
        for purpose, rule in self._rules.items():
            if rule.stop_word and (rule.needs_consent or not promotional):
                self._against(Kind.WITHDRAWN, purpose, cause)

    def take(self, filed: Filed, node: str) -> None:
        """Meta's switch for marketing turned off, or an error that tells of that or of a move.

        The switch turned on again is no consent: it only lets Meta deliver what we may send.
        """
        fact = filed.fact
        if fact.kind is FactKind.PREFERENCE and _turns_off(filed.update):
            cause = self._told(node, fact, Method.WHATSAPP_PREFERENCE)
            self._against(Kind.WITHDRAWN, Purpose.MARKETING, cause)
        if fact.kind is FactKind.STATUS and filed.update.errors:
            classes = {guidance(error.code).error_class for error in filed.update.errors}
            cause = self._told(node, fact, Method.WHATSAPP_ERROR)
            if ErrorClass.OPTED_OUT in classes:
                self._against(Kind.WITHDRAWN, Purpose.MARKETING, cause)
            if ErrorClass.IDENTITY_CHANGED in classes:
                self._suspended(cause)

    def moved(self, moves: Iterable[Moved]) -> None:
        for move in moves:
            self._suspended(
                _Cause(
                    node=move.node,
                    at_ms=move.at_ms,
                    fact_id=move.fact_id,
                    method=Method.IDENTITY_CHANGE,
                    told={"webhook_sha256": move.webhook.hex(), "received_ms": self._now_ms()},
                )
            )

    def _told(self, node: str, fact: Fact, method: Method) -> _Cause:
        told = {"webhook_sha256": fact.webhook.hex(), "received_ms": self._now_ms()}
        return _Cause(node=node, at_ms=fact.at_ms, fact_id=fact.id, method=method, told=told)

    def _suspended(self, cause: _Cause) -> None:
        for purpose, rule in self._rules.items():
            if rule.suspend:
                self._against(Kind.INVALIDATED, purpose, cause)

    def _against(self, kind: Kind, purpose: Purpose, cause: _Cause) -> None:
        event = Event(
            id=event_id(self._pseudonyms, kind, purpose, cause.fact_id),
            kind=kind,
            purpose=purpose,
            node=cause.node,
            at_ms=cause.at_ms,
            method=cause.method,
            by=PERSON if kind is Kind.WITHDRAWN else META.id,
            evidence=cause.told,
        )
        self._ledger.record(event, Told(by=META))
        self._overtaking.after(event)


def _turns_off(update: Update) -> bool:
    raw = mapping(update.raw)
    return text(raw.get("category")) == "marketing_messages" and text(raw.get("value")) == "stop"
