"""A "yes" in words that turns out to have come after its question was settled.

A word answers a question only while it is open. Webhooks may be delivered in any order, and by
several at once: what settled the question may become known only after the word was taken for an
answer. Then the consent is taken back as of the very moment it was given. Buttons name their
request, so a tap counts whenever it came.
"""

from functions.core.audit.model import Actor
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event, Mark
from functions.core.consent.requests import Requests, event_id
from functions.core.consent.vocabulary import AGAINST, Kind, Method, Purpose
from functions.core.consent.waiting import waiting
from functions.core.contacts.pseudonyms import Pseudonyms

META = Actor(kind="meta", id="webhook")
PERSON = "person"  # who did it, as an event has it

_REASON = "the question had been settled before"


class Overtaking:
    def __init__(self, *, ledger: Ledger, requests: Requests, pseudonyms: Pseudonyms) -> None:
        self._ledger = ledger
        self._requests = requests
        self._pseudonyms = pseudonyms

    def after(self, event: Event) -> None:
        """To be called when an event that a webhook told was recorded."""
        if event.kind in AGAINST:
            self._settled(event)
        elif event.kind is Kind.GIVEN and event.method is Method.WHATSAPP_WORD:
            self._answered(event)

    def _answered(self, given: Event) -> None:
        """Looked at once more, since somebody else may have recorded something meanwhile."""
        person, _ = self._ledger.directory.person_behind(given.node, given.at_ms, consistent=True)
        states = self._ledger.states(person, consistent=True)
        asked = waiting(states, person, given.at_ms).get(given.purpose)
        if asked is None or asked.request != given.request:
            self._void(given.node, given.purpose, given.at_ms, given.id)

    def _settled(self, event: Event) -> None:
        person, _ = self._ledger.directory.person_behind(event.node, event.at_ms, consistent=True)
        for node, state in self._ledger.states(person, consistent=True).items():
            cell = state.cells.get(event.purpose)
            for mark in cell.given.values() if cell else ():
                if mark.at_ms > event.at_ms and self._is_overtaken(node, mark, event):
                    self._void(node, event.purpose, mark.at_ms, mark.id)

    def _is_overtaken(self, node: str, mark: Mark, event: Event) -> bool:
        request = self._requests.find(mark.request) if mark.request else None
        if request is None or event.at_ms < request.at_ms:
            return False
        given = self._ledger.store.event(node, mark.at_ms, mark.id)
        return given is not None and given.method is Method.WHATSAPP_WORD

    def _void(self, node: str, purpose: Purpose, at_ms: int, given: str) -> None:
        event = Event(
            id=event_id(self._pseudonyms, "overtaken", given),
            kind=Kind.WITHDRAWN,
            purpose=purpose,
            node=node,
            at_ms=at_ms,
            method=Method.WHATSAPP_WORD,
            by=META.id,
            reason=_REASON,
            evidence={"given": given},
        )
        self._ledger.record(event, Told(by=META))
