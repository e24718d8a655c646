"""The outbound message as a caller commands it: Meta's JSON, addressed to a person of ours.

`parse_message` refuses what WhatsApp would refuse, before anything is stored; `graph_payload`
turns the command into what Graph takes.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, ValidationError
from pydantic_core import from_json

from functions.core.consent.vocabulary import Purpose
from functions.core.sending.message_contacts import Card
from functions.core.sending.message_errors import FieldError, InvalidMessageError, field_errors
from functions.core.sending.message_interactive import Interactive
from functions.core.sending.message_parts import (
    E164,
    Audio,
    Bsuid,
    CaptionedMedia,
    ContactId,
    Context,
    Document,
    Media,
    MessageId,
    OneOf,
    Part,
    PhoneNumberId,
    Place,
    limit,
    up_to,
)
from functions.core.sending.message_template import Template
from functions.core.sending.model import Policy

MAX_BYTES = limit("request")


class OutboundMessage(OneOf):
    """What all messages share. Exactly one of `to`, `recipient`, `contact_id` says to whom.

    `purpose`: what it is for. `legal_duty`: the law that demands it, whatever the person agreed to.
    """

    alternatives: ClassVar[tuple[str, ...]] = ("to", "recipient", "contact_id")
    # whether WhatsApp allows it only while the customer service window is open
    free_form: ClassVar[bool] = True

    type: str
    to: E164 | None = None
    recipient: Bsuid | None = None
    contact_id: ContactId | None = None
    phone_number_id: PhoneNumberId | None = None
    policy: Policy = Policy.AT_MOST_ONCE
    purpose: Purpose | None = None
    legal_duty: Annotated[str, Field(max_length=64)] | None = None
    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: Literal["individual"] = "individual"

    @property
    def template_name(self) -> tuple[str, str] | None:
        """Name and language of the template, where it is one."""
        return None

    @property
    def referenced_message_id(self) -> str | None:
        """The message that this one answers, reacts to or marks as read: our id or a wamid."""
        return None

    def graph_payload(
        self,
        *,
        to: str | None,
        recipient: str | None,
        wamid_of: Callable[[str], str],
        callback: str,
    ) -> dict[str, Any]:
        """Meta's JSON. `wamid_of` resolves ids of ours; `callback` comes back in every status."""
        address = {"to": to, "recipient": recipient}
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **{name: value for name, value in address.items() if value is not None},
            "type": self.type,
            self.type: self.content(wamid_of),
            **self._context(wamid_of),
            "biz_opaque_callback_data": callback,
        }

    def content(self, wamid_of: Callable[[str], str]) -> Any:
        """What stands under the name of the type."""
        del wamid_of
        return self.model_dump(mode="json", include={self.type}, exclude_none=True)[self.type]

    def _context(self, wamid_of: Callable[[str], str]) -> dict[str, Any]:
        del wamid_of
        return {}


class AnsweringMessage(OutboundMessage):
    context: Context | None = None

    @property
    def referenced_message_id(self) -> str | None:
        return None if self.context is None else self.context.message_id

    def _context(self, wamid_of: Callable[[str], str]) -> dict[str, Any]:
        if self.context is None:
            return {}
        return {"context": {"message_id": _wamid(self.context.message_id, wamid_of)}}


class Text(Part):
    body: Annotated[str, up_to("text_body")]
    preview_url: bool | None = None


class TextMessage(AnsweringMessage):
    type: Literal["text"]
    text: Text


class ImageMessage(AnsweringMessage):
    type: Literal["image"]
    image: CaptionedMedia


class VideoMessage(AnsweringMessage):
    type: Literal["video"]
    video: CaptionedMedia


class AudioMessage(AnsweringMessage):
    type: Literal["audio"]
    audio: Audio


class DocumentMessage(AnsweringMessage):
    type: Literal["document"]
    document: Document


class StickerMessage(AnsweringMessage):
    type: Literal["sticker"]
    sticker: Media


class LocationMessage(AnsweringMessage):
    type: Literal["location"]
    location: Place


class ContactsMessage(AnsweringMessage):
    type: Literal["contacts"]
    contacts: Annotated[list[Card], Field(min_length=1, max_length=limit("contacts"))]


class InteractiveMessage(AnsweringMessage):
    type: Literal["interactive"]
    interactive: Interactive


class TemplateMessage(AnsweringMessage):
    free_form: ClassVar[bool] = False

    type: Literal["template"]
    template: Template

    @property
    def template_name(self) -> tuple[str, str] | None:
        return (self.template.name, self.template.language.code)


class Reaction(Part):
    """An empty `emoji` takes the reaction back."""

    message_id: MessageId
    emoji: Annotated[str, Field(max_length=32)]


class ReactionMessage(OutboundMessage):
    type: Literal["reaction"]
    reaction: Reaction

    @property
    def referenced_message_id(self) -> str | None:
        return self.reaction.message_id

    def content(self, wamid_of: Callable[[str], str]) -> Any:
        wamid = _wamid(self.reaction.message_id, wamid_of)
        return {"message_id": wamid, "emoji": self.reaction.emoji}


class Read(Part):
    message_id: MessageId
    typing_indicator: bool = False


class ReadMessage(OutboundMessage):
    """Marks a received message as read; the message itself tells who wrote it."""

    alternatives: ClassVar[tuple[str, ...]] = ()
    free_form: ClassVar[bool] = False

    type: Literal["read"]
    read: Read

    @property
    def referenced_message_id(self) -> str | None:
        return self.read.message_id

    def graph_payload(
        self,
        *,
        to: str | None,
        recipient: str | None,
        wamid_of: Callable[[str], str],
        callback: str,
    ) -> dict[str, Any]:
        del to, recipient, callback
        typing = {"typing_indicator": {"type": "text"}} if self.read.typing_indicator else {}
        wamid = _wamid(self.read.message_id, wamid_of)
        return {"messaging_product": "whatsapp", "status": "read", "message_id": wamid, **typing}


AnyMessage = Annotated[
    AudioMessage
    | ContactsMessage
    | DocumentMessage
    | ImageMessage
    | InteractiveMessage
    | LocationMessage
    | ReactionMessage
    | ReadMessage
    | StickerMessage
    | TemplateMessage
    | TextMessage
    | VideoMessage,
    Field(discriminator="type"),
]

_MODELS: dict[str, type[OutboundMessage]] = {
    get_args(model.model_fields["type"].annotation)[0]: model
    for model in get_args(get_args(AnyMessage)[0])
}


def parse_message(body: bytes | str) -> OutboundMessage:
    """Raises `InvalidMessageError`, which names fields and reasons and quotes no value."""
    data = _object(body)
    model = _MODELS.get(data["type"]) if isinstance(data.get("type"), str) else None
    if model is None:
        known = ", ".join(_MODELS)
        raise InvalidMessageError([FieldError("type", f"must be one of {known}")])
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidMessageError(field_errors(error, data)) from None


def _object(body: bytes | str) -> dict[str, Any]:
    try:
        data = from_json(body, allow_inf_nan=False)
        json.dumps(data, allow_nan=False)  # 1e999 has become infinity by now
    except ValueError:
        raise InvalidMessageError([FieldError("body", "is not JSON")]) from None
    if not isinstance(data, dict):
        raise InvalidMessageError([FieldError("body", "must be a JSON object")])
    return data


def _wamid(message_id: str, wamid_of: Callable[[str], str]) -> str:
    return message_id if message_id.startswith("wamid.") else wamid_of(message_id)
