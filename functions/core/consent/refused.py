"""What Graph's own answer says about a person: that they opted out, or are no longer who they were.

Its webhooks say the same later; whoever sends next must not wait for them.
"""

from collections.abc import Callable

from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.overtaking import META
from functions.core.consent.requests import event_id
from functions.core.consent.rules import Rules
from functions.core.consent.vocabulary import Kind, Method, Purpose
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.whatsapp.graph_errors import ErrorClass


class GraphRefusals:
    def __init__(
        self, *, ledger: Ledger, pseudonyms: Pseudonyms, rules: Rules, now_ms: Callable[[], int]
    ) -> None:
        self._ledger = ledger
        self._pseudonyms = pseudonyms
        self._rules = rules
        self._now_ms = now_ms

    def heed(self, error_class: ErrorClass, *, node: str, message_id: str, attempt: int) -> None:
        """`node`: the alias that was written to."""
        if error_class is ErrorClass.OPTED_OUT:
            found = [(Kind.WITHDRAWN, Purpose.MARKETING)]
        elif error_class is ErrorClass.IDENTITY_CHANGED:
            found = [(Kind.INVALIDATED, p) for p, rule in self._rules.items() if rule.suspend]
        else:
            return
        for kind, purpose in found:
            event = Event(
                id=event_id(self._pseudonyms, kind, purpose, message_id, str(attempt)),
                kind=kind,
                purpose=purpose,
                node=node,
                at_ms=self._now_ms(),
                method=Method.WHATSAPP_ERROR,
                by=META.id,
                evidence={"message_id": message_id, "attempt": attempt},
            )
            self._ledger.record(event, Told(by=META))
