"""What outbound messages are made of: refusing bases, ids, texts with Meta's limits, media."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from functions.core.runtime.policies import value


def limit(name: str) -> int:
    return int(value("message_limits", name))


def up_to(name: str) -> StringConstraints:
    """Some text, no longer than the limit of that name."""
    return StringConstraints(min_length=1, max_length=limit(name))


def refused(reason: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{reason}", {"reason": reason})


class Part(BaseModel):
    """Callers' mistakes are refused, not guessed away: no unknown fields, no conversions."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        defer_build=True,  # each kind when it is first used: 60 ms less at every cold start
    )


class OneOf(Part):
    """Exactly one of `alternatives` must be given."""

    alternatives: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in self.alternatives if getattr(self, name) is not None]
        if self.alternatives and len(given) != 1:
            raise refused(f"needs exactly one of {', '.join(self.alternatives)}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described = handler.resolve_ref_schema(handler(schema))
        if cls.alternatives:
            described["oneOf"] = [
                {"required": [name], "properties": {name: {"not": {"type": "null"}}}}
                for name in cls.alternatives
            ]
        return described


@dataclass(frozen=True)
class Matching:
    """A text of a form that is better explained in words than by its pattern."""

    pattern: str
    reason: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^({self.pattern})$"}

    def _check(self, text: str) -> str:
        if re.fullmatch(self.pattern, text, re.ASCII) is None:
            raise refused(self.reason)
        return text


E164 = Annotated[
    str,
    Matching(
        r"\+[1-9][0-9]{6,14}",
        "must be a phone number in E.164 form: +, country code, number, digits only",
    ),
]
Bsuid = Annotated[
    str,
    Matching(
        r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}",
        "must be a business-scoped user id: country code, a dot, letters and digits",
    ),
]
ContactId = Annotated[
    str,
    Matching(r"[A-Za-z0-9_-]{1,64}(~[0-9]{1,13})?", "must be a contact_id that the API gave out"),
]
PhoneNumberId = Annotated[
    str, Matching(r"[A-Za-z0-9_-]{1,64}", "must be one of your phone number ids at Meta")
]
MessageId = Annotated[
    str,
    Matching(
        r"[mw]_[A-Za-z0-9_-]{1,64}|wamid\.[A-Za-z0-9+/=_-]{1,512}",
        "must be the id of a message: m_…, w_… or wamid.…",
    ),
]
MediaId = Annotated[
    str, Matching(r"[A-Za-z0-9_-]{1,128}", "must be the id that the upload of the media returned")
]
Link = Annotated[
    str,
    StringConstraints(max_length=limit("link")),
    Matching(r"https?://[!-~]+", "must be an http or https address"),
]
SomeText = Annotated[str, StringConstraints(min_length=1)]
ButtonTitle = Annotated[str, up_to("button_title")]


class Context(Part):
    """The message that this one answers."""

    message_id: MessageId


class Media(OneOf):
    alternatives = ("id", "link")

    id: MediaId | None = None
    link: Link | None = None


class CaptionedMedia(Media):
    caption: Annotated[str, up_to("caption")] | None = None


class Document(CaptionedMedia):
    filename: SomeText | None = None


class NamedMedia(Media):
    filename: SomeText | None = None


class Audio(Media):
    voice: bool | None = None


class Place(Part):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    name: SomeText | None = None
    address: SomeText | None = None
