"""The bodies of calls about rights requests, checked field by field."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import Field, JsonValue, ValidationError, field_validator
from pydantic_core import from_json

from functions.core.consent.rfc3339 import EXAMPLE, epoch_ms
from functions.core.consent.vocabulary import Purpose
from functions.core.rights.corrections import problems_of
from functions.core.rights.errors import RightsError
from functions.core.rights.model import Right, Source
from functions.core.runtime.http.problems import FieldError
from functions.core.sending.message_errors import field_errors
from functions.core.sending.message_parts import ContactId, Matching, OneOf, Part, refused

MAX_BYTES = 16 * 1024
_MOST_PURPOSES = len(Purpose)
_MOST_CORRECTIONS = 20

Language = Annotated[
    str, Matching(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?", "must be a language, such as de")
]
# told to the person, so it must fit into a message
Reason = Annotated[
    str, Matching(r"(?s)\s*\S.{0,999}", "must be 1 to 1,000 characters, not only spaces")
]
Note = Annotated[str, Matching(r"(?s).{1,2000}", "must be 1 to 2,000 characters")]
# a word and no sentence: it is not sealed
Means = Annotated[
    str, Matching(r"[a-z][a-z0-9_]{2,39}", "must be a word for how, such as id_document")
]
# what Right and Source are called; strict models take no text for an enum
RightName = Literal["access", "portability", "rectification", "erasure", "restriction", "objection"]


class InvalidRequestError(RightsError):
    """The body says nothing that can be done; `errors` says which fields and why."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(f"{len(errors)} fields are invalid")
        self.errors = errors


class FiledBody(Part):
    """`received_at`: when it reached the business, where that was before now."""

    right: RightName
    contact_id: ContactId
    source: Literal["api", "staff"] = "api"
    received_at: str | None = None
    language: Language | None = None
    purposes: Annotated[list[Purpose], Field(max_length=_MOST_PURPOSES)] | None = None
    note: Note | None = None
    corrections: Annotated[dict[str, JsonValue], Field(max_length=_MOST_CORRECTIONS)] | None = None

    @field_validator("received_at")
    @classmethod
    def _is_time(cls, text: str | None) -> str | None:
        if text is not None and epoch_ms(text) is None:
            raise refused(f"must be a time with a zone, as in {EXAMPLE}")
        return text

    @property
    def kind(self) -> Right:
        return Right(self.right)

    @property
    def origin(self) -> Source:
        return Source(self.source)

    @property
    def details(self) -> dict[str, Any]:
        told = {"note": self.note, "corrections": self.corrections}
        return {name: value for name, value in told.items() if value}


class IdentityBody(OneOf):
    """The code of the person, how staff verified, or the wish for another code."""

    alternatives: ClassVar[tuple[str, ...]] = ("code", "verified_by", "send_code")

    code: Annotated[str, Matching(r"[0-9]{8}", "must be 8 digits")] | None = None
    verified_by: Means | None = None
    send_code: Literal[True] | None = None


class Approval(Part):
    decision: Literal["approve"]


class Denial(Part):
    decision: Literal["deny"]
    reason: Reason


class ReasonBody(Part):
    reason: Reason


_Body = TypeVar("_Body", bound=Part)


def parse_filed(body: bytes, *, now_ms: int) -> FiledBody:
    """InvalidRequestError names fields and reasons and quotes no value."""
    filed = _parsed(body, FiledBody)
    errors = []
    if filed.purposes is not None and filed.kind is not Right.OBJECTION:
        errors.append(FieldError("purposes", "is only for an objection"))
    if filed.corrections is not None and filed.kind is not Right.RECTIFICATION:
        errors.append(FieldError("corrections", "is only for a rectification"))
    errors += problems_of(filed.corrections or {})
    if filed.received_at is not None and (epoch_ms(filed.received_at) or 0) > now_ms:
        errors.append(FieldError("received_at", "lies in the future"))
    if errors:
        raise InvalidRequestError(*errors)
    return filed


def parse_identity(body: bytes) -> IdentityBody:
    return _parsed(body, IdentityBody)


def parse_decision(body: bytes) -> Approval | Denial:
    data = _object(body)
    if data.get("decision") == "deny":
        return _parsed(body, Denial)
    if data.get("decision") == "approve":
        return _parsed(body, Approval)
    raise InvalidRequestError(FieldError("decision", "must be approve or deny"))


def parse_reason(body: bytes) -> str:
    return _parsed(body, ReasonBody).reason


def _parsed(body: bytes, model: type[_Body]) -> _Body:
    data = _object(body)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidRequestError(*_errors(error, data)) from None


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        data = from_json(body)
    except ValueError:
        raise InvalidRequestError(FieldError("body", "is not JSON")) from None
    if not isinstance(data, dict):
        raise InvalidRequestError(FieldError("body", "must be a JSON object"))
    return data


def _errors(error: ValidationError, data: Mapping[str, Any]) -> list[FieldError]:
    extra = "is not a field of this message"
    return [
        FieldError(each.field, "is not a field here" if each.reason == extra else each.reason)
        for each in field_errors(error, data)
    ]
