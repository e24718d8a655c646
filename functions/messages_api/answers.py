"""What the API answers, for its description; `views.py` and `read_recent.py` make it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

Direction = Literal["inbound", "outbound"]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Accepted(Answer):
    """The message is stored and will be sent; read it to learn what became of it.

    `masked_card_numbers`: so many of them were made unreadable, and the person gets it like that.
    """

    id: str
    status: str
    conversation_id: str
    contact_id: str
    masked_card_numbers: int


class Status(BaseModel):
    """One report about one recipient, with whatever else Meta told in it."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    status: str | None
    timestamp: str | None
    recipient_id: str | None
    pricing: JsonValue
    conversation: JsonValue
    errors: list[dict[str, JsonValue]]


class Reason(Answer):
    """Why the message was not sent: `code` for programs, `detail` for people."""

    code: str
    detail: str


class Checked(Answer):
    """What the gate would say now.

    `contact_id` null: nobody is known by that address. `overridden`: codes of what a legal duty
    outweighs.
    """

    allowed: bool
    purpose: str | None
    contact_id: str | None
    reasons: list[Reason]
    overridden: list[str]
    checked_at: str


class Version(Answer):
    """The same message as Meta told it another time."""

    type: str
    timestamp: str | None
    content: dict[str, JsonValue]
    errors: list[dict[str, JsonValue]]


class Medium(Answer):
    """An image, video, audio, document or sticker of a message: see /v1/media/{id}."""

    id: str
    kind: str


class Message(Answer):
    """One message of either direction.

    `status`: received, or how far an outbound one got: queued, sending, ambiguous, refused,
    unconfirmed, accepted, sent, delivered, read, played, failed. `content`: as in Meta's webhook
    or in the request. `omitted_bytes`: the content is larger than any answer. `is_destroyed`: the
    key of the content, or of a part of it, was destroyed; `destroyed_at` when that is known.
    `is_withheld`: content is not kept for this purpose, or was for some days only.
    """

    id: str
    conversation_id: str
    contact_id: str
    phone_number_id: str
    wamid: str | None
    direction: Direction
    type: str
    status: str
    timestamp: str | None
    content: dict[str, JsonValue]
    context: dict[str, JsonValue] | None
    author: dict[str, JsonValue] | None
    statuses: list[Status]
    errors: list[dict[str, JsonValue]]
    reasons: list[Reason]
    versions: list[Version]
    media: list[Medium]
    masked_card_numbers: int
    is_destroyed: bool
    destroyed_at: str | None
    is_withheld: bool
    omitted_bytes: int | None = None


class Messages(Answer):
    """Newest first. `next_cursor` null is the only sign of the end."""

    items: list[Message]
    next_cursor: str | None


class Alias(Answer):
    kind: str
    value: str


class Contact(Answer):
    contact_id: str
    aliases: list[Alias]
    name: str | None
    username: str | None


class Window(Answer):
    """The customer service window: free-form messages are allowed while it is open."""

    open: bool
    expires_at: str | None


class Conversation(Answer):
    id: str
    phone_number_id: str
    contact: Contact
    last_activity: str | None
    window: Window


class Conversations(Answer):
    """Most recently active first. `next_cursor` null is the only sign of the end."""

    items: list[Conversation]
    next_cursor: str | None


class AccountUpdate(Answer):
    """`field`, `content`: as in Meta's webhook; `element`: the array it stood in, if any."""

    id: str
    field: str
    element: str
    timestamp: str | None
    content: JsonValue
    contact: JsonValue
    thread: JsonValue
    is_destroyed: bool
    destroyed_at: str | None
    omitted_bytes: int | None = None


class AccountUpdates(Answer):
    """Latest first. `next_cursor` null is the only sign of the end."""

    items: list[AccountUpdate]
    next_cursor: str | None


class FieldReason(Answer):
    field: str
    reason: str


class ProblemDetails(Answer):
    """RFC 9457. `type` is stable; `errors` names every field that is wrong, never its value."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldReason]
    request_id: str
