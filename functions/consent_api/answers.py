"""What the API answers; `core/consent/views.py` makes most of it. Receipts: `record.py`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Contact(Answer):
    contact_id: str


class Restricted(Answer):
    """`restricted`: nothing may be sent to the contact but what a law demands."""

    contact_id: str
    restricted: bool


class Notice(Answer):
    """`sha256`: of the text that was shown, in UTF-8."""

    id: str
    version: str
    language: str
    sha256: str


class OpenRequest(Answer):
    """The person was asked and may still answer."""

    id: str
    asked_at: str
    expires_at: str


class Consent(Answer):
    """`status`: unknown, requested, given, refused, withdrawn, expired or invalidated.

    `strength`: imported, attested, expressed or confirmed, while it is given. `event`: which made
    it so, with its `notice`.
    """

    purpose: str
    status: str
    strength: str | None
    since: str | None
    until: str | None
    event: str | None
    notice: Notice | None
    open_request: OpenRequest | None


class Consents(Answer):
    """One for each purpose, in the same order always."""

    contact_id: str
    restricted: bool
    consents: list[Consent]


class Recorded(Answer):
    """An event as it was recorded."""

    id: str
    kind: str
    purpose: str
    at: str
    method: str
    by: str
    strength: str | None
    until: str | None
    notice: Notice | None
    request: str | None
    reason: str | None


class Event(Recorded):
    """`is_destroyed`: the key of the evidence was destroyed, so there is none."""

    recorded_at: str
    evidence: dict[str, JsonValue]
    is_destroyed: bool


class History(Answer):
    """Newest first. `next_cursor` null is the only sign of the end."""

    items: list[Event]
    next_cursor: str | None


class Asked(Answer):
    """The person was sent the question, or will be in a moment."""

    request_id: str
    message_id: str
    expires_at: str
    status: Literal["requested"]
