"""What was said against a purpose after a copy was made: recorded again, from the audit log.

Of a consent that was given meanwhile nothing is recorded again: its evidence is lost, and to ask
once more is the safe way to be wrong.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from functions.core.audit.model import Actor
from functions.core.audit.searching import Search, Wanted
from functions.core.audit.vocabulary import Action
from functions.core.consent.errors import UnknownContactError
from functions.core.consent.ledger import Ledger, Told
from functions.core.consent.model import Event
from functions.core.consent.rfc3339 import epoch_ms
from functions.core.consent.vocabulary import Kind, Method, Purpose

_KINDS = {
    Action.CONSENT_WITHDRAWN: Kind.WITHDRAWN,
    Action.CONSENT_REFUSED: Kind.REFUSED,
    Action.CONSENT_INVALIDATED: Kind.INVALIDATED,
}
_BY = Actor(kind="system", id="erasure")
_MOST = 100


class Withdrawals:
    def __init__(self, *, search: Search, ledger: Ledger) -> None:
        self._search = search
        self._ledger = ledger

    def again(self, *, since_ms: int) -> Counter[str]:
        """`recorded`, `known`, and `unknown`: of people whom the copy does not know."""
        return Counter(self._one(entry) for entry in self._entries(since_ms))

    def _one(self, entry: Mapping[str, Any]) -> str:
        """Counted from when it was recorded: it may have happened earlier, and never later."""
        contact_id = str(entry["on"][0])
        name, at_ms = entry["what"].removeprefix("consent/"), epoch_ms(entry["at"])
        try:
            if any(event.id == name for event, _ in self._ledger.history(contact_id)):
                return "known"
            event = Event(
                id=name,
                kind=_KINDS[Action(entry["action"])],
                purpose=Purpose(entry["purpose"]),
                node=self._ledger.node_of(contact_id),
                at_ms=at_ms or 0,
                method=Method(entry["facts"]["method"]),
                by=str(entry["by"]["id"]),
                reason=str(entry["facts"].get("reason", "")),
            )
        except UnknownContactError:
            return "unknown"
        self._ledger.record(event, Told(by=_BY))
        return "recorded"

    def _entries(self, since_ms: int) -> Iterator[Mapping[str, Any]]:
        for action in _KINDS:
            cursor: int | None = None
            while True:
                wanted = Wanted(since_ms=since_ms, action=action.value)
                page = self._search.page(wanted, cursor=cursor, limit=_MOST)
                yield from (found.entry for found in page.found if found.entry.get("on"))
                cursor = page.cursor
                if cursor is None:
                    break
