"""What the person agreed to and objected to, how that came about, and what it came in."""

from collections.abc import Iterator

from functions.core.consent.ledger import Ledger
from functions.core.consent.model import Event
from functions.core.consent.notices import NOTICE_TEXT
from functions.core.consent.views import event_view, state_view
from functions.core.consent.vocabulary import Method
from functions.core.conversations.model import moment
from functions.core.rights.access.model import Line
from functions.core.rights.subject import Subject

# what evidence of an import says of the import itself
_IMPORT = "import"


class Consents:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def collect(self, subject: Subject) -> Iterator[Line]:
        view = self._ledger.of(subject.person, subject.nodes)
        history = [
            (event, recorded_ms)
            for node in subject.aliases
            for event, recorded_ms in self._ledger.store.events(node)
            if subject.owns(node, event.at_ms)
        ]
        for told in state_view(view, history)["consents"]:
            yield Line("consents", told["purpose"], told)
        if view.restricted:
            told = {"restricted": True, "means": "Nothing is sent to you, and nothing changed."}
            yield Line("restrictions", "0", told)
        for event, recorded_ms in history:
            yield Line("consent_events", moment(event.at_ms, event.id), _told(event, recorded_ms))
        yield from _imports(history)


def _told(event: Event, recorded_ms: int) -> dict[str, object]:
    """With the words that were shown, which the API leaves to the receipt."""
    told = event_view(event, recorded_ms)
    text = event.evidence.get(NOTICE_TEXT)
    return {**told, "notice_text": text} if text else told


def _imports(history: list[tuple[Event, int]]) -> Iterator[Line]:
    """The files themselves are gone after a day; what came out of them are the events above."""
    found: dict[str, int] = {}
    for event, recorded_ms in history:
        name = event.evidence.get(_IMPORT)
        if event.method is Method.IMPORT and isinstance(name, str):
            found.setdefault(name, recorded_ms)
    for name, recorded_ms in found.items():
        yield Line("imports", moment(recorded_ms, name), {"id": name})
