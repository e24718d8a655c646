"""The bodies of requests about contacts and their consents, checked field by field."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import from_json

from functions.core.consent.errors import ConsentError
from functions.core.consent.rfc3339 import EXAMPLE, epoch_ms
from functions.core.consent.vocabulary import Method, Purpose
from functions.core.contacts.model import Alias, AliasKind
from functions.core.runtime.http.problems import FieldError
from functions.core.sending.message_errors import field_errors
from functions.core.sending.message_parts import (
    E164,
    Bsuid,
    Link,
    Matching,
    OneOf,
    Part,
    PhoneNumberId,
    refused,
)

MAX_BYTES = 16 * 1024

# a name or number of the caller's own, as printed on a form or shown by a telephone system
Reference = Annotated[
    str, Matching(r"[^\x00-\x1f\x7f]{1,200}", "must be 1 to 200 characters on one line")
]
Language = Annotated[
    str, Matching(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?", "must be a language, such as de")
]


class InvalidConsentError(ConsentError):
    """The body says nothing that can be recorded; `errors` says which fields and why."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(f"{len(errors)} fields are invalid")
        self.errors = errors


class Person(OneOf):
    """By a number or a business-scoped user id."""

    alternatives: ClassVar[tuple[str, ...]] = ("to", "recipient")

    to: E164 | None = None
    recipient: Bsuid | None = None

    @property
    def alias(self) -> Alias:
        if self.to is not None:
            return Alias(AliasKind.PHONE, self.to.removeprefix("+"))
        return Alias(AliasKind.BSUID, self.recipient or "")


class ChosenNotice(Part):
    """Without an id the notice for the purpose, without a version the current one."""

    id: Reference | None = None
    version: Reference | None = None
    language: Language | None = None


class ChosenTemplate(Part):
    name: Annotated[str, Matching(r"[a-z0-9_]{1,512}", "must be the name of a template")]
    language: Language


class Asking(Part):
    """The person is asked, and answers, on WhatsApp."""

    method: Literal["double_opt_in"]
    purpose: Purpose
    notice: ChosenNotice = ChosenNotice()
    template: ChosenTemplate | None = None
    phone_number_id: PhoneNumberId | None = None


class Telling(Part):
    """The person has said so elsewhere."""

    purpose: Purpose
    decision: Literal["given", "refused"] = "given"
    given_at: str | None = None
    notice: ChosenNotice | None = None

    @field_validator("given_at")
    @classmethod
    def _is_time(cls, text: str | None, _info: ValidationInfo) -> str | None:
        if text is not None and epoch_ms(text) is None:
            raise refused(f"must be a time with a zone, as in {EXAMPLE}")
        return text

    @property
    def is_given(self) -> bool:
        return self.decision == "given"

    @property
    def at_ms(self) -> int | None:
        return None if self.given_at is None else epoch_ms(self.given_at)


class FormEvidence(Part):
    """`ip_hash`: never the address itself."""

    url: Link
    form_version: Reference
    ip_hash: Annotated[str, Matching(r"[0-9a-f]{32,128}", "must be a hash in hex")] | None = None
    submission_id: Reference | None = None


class WebForm(Telling):
    method: Literal["web_form"]
    evidence: FormEvidence | None = None


class CallEvidence(Part):
    call_id: Reference
    agent: Reference


class CallCentre(Telling):
    method: Literal["call_centre"]
    evidence: CallEvidence | None = None


class PaperEvidence(Part):
    document_id: Reference
    location: Reference | None = None


class Paper(Telling):
    method: Literal["paper"]
    evidence: PaperEvidence | None = None


class StaffEvidence(Part):
    agent: Reference | None = None
    case_id: Reference | None = None


class Staff(Telling):
    """Nothing proves it: good enough for a no, never for a yes."""

    method: Literal["staff", "api"]
    decision: Literal["refused"]
    evidence: StaffEvidence | None = None


Told = WebForm | CallCentre | Paper | Staff
AnyConsent = Annotated[Asking | WebForm | CallCentre | Paper | Staff, Field(discriminator="method")]
_MODELS: dict[str, type[Asking | Told]] = {
    name: model
    for model in get_args(get_args(AnyConsent)[0])
    for name in get_args(model.model_fields["method"].annotation)
}


def parse_person(body: bytes) -> Person:
    data = _object(body)
    try:
        return Person.model_validate_json(body)
    except ValidationError as error:
        raise InvalidConsentError(*_errors(error, data)) from None


def parse_consent(body: bytes) -> Asking | Told:
    """InvalidConsentError names fields and reasons and quotes no value."""
    data = _object(body)
    model = _MODELS.get(data["method"]) if isinstance(data.get("method"), str) else None
    if model is None:
        raise InvalidConsentError(FieldError("method", f"must be one of {', '.join(_MODELS)}"))
    try:
        asked = model.model_validate_json(body)
    except ValidationError as error:
        raise InvalidConsentError(*_errors(error, data)) from None
    if isinstance(asked, Telling) and asked.is_given:
        needed = ("given_at", "notice", "evidence")
        lacking = [name for name in needed if getattr(asked, name) is None]
        if lacking:
            raise InvalidConsentError(*(FieldError(name, "is required") for name in lacking))
    return asked


def method_of(told: Told) -> Method:
    return Method(told.method)


def evidence_of(told: Told) -> dict[str, Any]:
    return {} if told.evidence is None else told.evidence.model_dump(exclude_none=True)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        data = from_json(body)
    except ValueError:
        raise InvalidConsentError(FieldError("body", "is not JSON")) from None
    if not isinstance(data, dict):
        raise InvalidConsentError(FieldError("body", "must be a JSON object"))
    return data


def _errors(error: ValidationError, data: Mapping[str, Any]) -> list[FieldError]:
    extra = "is not a field of this message"
    return [
        FieldError(each.field, "is not a field here" if each.reason == extra else each.reason)
        for each in field_errors(error, data)
    ]
