"""What the API shows of a person's consents. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.core.consent.ledger import View
from functions.core.consent.model import Event, Notice
from functions.core.consent.notices import NOTICE_TEXT
from functions.core.consent.rfc3339 import told
from functions.core.consent.standing import Standing
from functions.core.consent.vocabulary import Kind, Purpose

History = Sequence[tuple[Event, int]]

# opens the commitment in the audit log
_SALT = "salt"
# both are in the receipt
_OF_RECEIPT = (_SALT, NOTICE_TEXT)


def state_view(view: View, history: History) -> dict[str, Any]:
    """`history`: read after the view, so that what made it so is in there."""
    events = {event.id: event for event, _ in history}
    return {
        "contact_id": view.person.contact_id,
        "restricted": view.restricted,
        "consents": [
            _purpose_view(purpose, where, events) for purpose, where in view.standings.items()
        ],
    }


def event_view(event: Event, recorded_ms: int) -> dict[str, Any]:
    """`is_destroyed`: the key of the evidence was destroyed."""
    return {
        **recorded_view(event),
        "recorded_at": told(recorded_ms),
        "evidence": {
            name: each for name, each in event.evidence.items() if name not in _OF_RECEIPT
        },
        "is_destroyed": is_destroyed(event),
    }


def is_destroyed(event: Event) -> bool:
    """Of an event as it was read: every one was stored with a salt among its evidence."""
    return _SALT not in event.evidence


def recorded_view(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind.value,
        "purpose": event.purpose.value,
        "at": told(event.at_ms),
        "method": event.method.value,
        "by": event.by,
        "strength": event.strength.name.lower() if event.strength else None,
        "until": told(event.until_ms),
        "notice": _notice_view(event.notice),
        "request": event.request or None,
        "reason": event.reason or None,
    }


def _purpose_view(purpose: Purpose, where: Standing, events: Mapping[str, Event]) -> dict[str, Any]:
    made_so = events.get(where.event)
    return {
        "purpose": purpose.value,
        "status": where.status.value,
        "strength": where.strength.name.lower() if where.strength else None,
        "since": told(where.since_ms),
        "until": told(where.until_ms),
        "event": where.event or None,
        "notice": _notice_view(made_so.notice if made_so else None),
        "open_request": _request_view(where.request, events),
    }


def _request_view(request: str, events: Mapping[str, Event]) -> dict[str, Any] | None:
    asked = [e for e in events.values() if e.kind is Kind.REQUESTED and e.request == request]
    if not request or not asked:
        return None
    (first, *_) = asked
    return {"id": request, "asked_at": told(first.at_ms), "expires_at": told(first.until_ms)}


def _notice_view(notice: Notice | None) -> dict[str, str] | None:
    return None if notice is None else dict(vars(notice))
