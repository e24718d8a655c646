"""What a webhook says, one update at a time.

`raw` keeps every field Meta sent; the typed fields beside it are what folding needs. Nothing in
here shows content, names or numbers in its `repr`, so that a stray log line cannot either.
"""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from functions.core.contacts.model import Alias


class UpdateKind(StrEnum):
    MESSAGE = "message"
    ECHO = "echo"  # the business wrote in its own app
    HISTORY_MESSAGE = "history_message"
    STATUS = "status"
    CALL = "call"
    USER_PREFERENCE = "user_preference"
    IDENTITY = "identity"  # a person's ids changed, told outside a message
    ACCOUNT = "account"  # everything that belongs to no conversation, and the unknown


class MessageStatus(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "MessageStatus":  # noqa: ARG003 (the name enum looks for)
        return cls.UNKNOWN


class Unknown(StrEnum):
    """What about an update was new to us; counted, so that somebody looks."""

    BODY = "body"
    SHAPE = "shape"
    FIELD = "field"
    TYPE = "type"
    STATUS = "status"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Profile(Part):
    """What the person calls themselves."""

    name: str = Field(default="", repr=False)
    username: str = Field(default="", repr=False)


class IdentityChange(Part):
    """The person left `previous` and is reached by `current` from now on."""

    previous: tuple[Alias, ...] = Field(repr=False)
    current: tuple[Alias, ...] = Field(repr=False)


class MetaError(Part):
    """`details` and `message` may quote phone numbers: not for logs."""

    code: int | None
    title: str = ""
    message: str = Field(default="", repr=False)
    details: str = Field(default="", repr=False)


class Pricing(Part):
    billable: bool | None = None
    pricing_model: str = ""
    type: str = ""
    category: str = ""


class Update(Part):
    """One element of a webhook.

    `field` and `element`: the subscribed field and the array it stood in ("" for what stood in
    none). `key`: the fact that identifies it for ever. `at_ms`: its own time, else the entry's,
    else 0. `raw`: the element as parsed. `contact`, `thread`, `envelope`: the parts around it
    that Meta wrote once for several elements. `envelope` depends on how Meta grouped a delivery.
    """

    kind: UpdateKind
    field: str
    element: str
    key: str = Field(repr=False)
    at_ms: int
    waba_id: str
    phone_number_id: str | None
    raw: Any = Field(repr=False)
    contact: Any = Field(default=None, repr=False)
    thread: Any = Field(default=None, repr=False)
    envelope: Any = Field(default=None, repr=False)
    unknown: Unknown | None = None

    # the conversation: the person on the other side, or the group; in a group `author` is the
    # person this update is from or about
    aliases: tuple[Alias, ...] = Field(default=(), repr=False)
    author: tuple[Alias, ...] = Field(default=(), repr=False)
    by_business: bool = False
    profile: Profile | None = None
    identity_change: IdentityChange | None = None

    # the message, or for a status the message it is about; the call
    message_id: str = Field(default="", repr=False)
    type: str = ""
    opens_window: bool = False
    entry_point: bool = False
    callback: str = Field(default="", repr=False)
    status: MessageStatus | None = None
    errors: tuple[MetaError, ...] = ()
    pricing: Pricing | None = None
