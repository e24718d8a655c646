"""The body that announces an upload, and what the API answers; also for its description."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from functions.core.media.uploads import Wish
from functions.core.runtime.http.problems import FieldError, ProblemError, invalid

_LONGEST_NAME = 64


class UploadRequest(BaseModel):
    """`bytes`, `sha256` (hex): of the whole file, which must turn out to be so."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    mime_type: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    bytes: Annotated[int, Field(ge=1, le=2**40)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]
    # no control characters: it is shown to people
    filename: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,240}$")] | None = None
    phone_number_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = (
        None
    )


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UploadBegun(Answer):
    """Send `parts` parts of `part_bytes` bytes, numbered from 1, the last one with the rest."""

    id: str
    part_bytes: int
    parts: int


class PartTaken(Answer):
    id: str
    part: int


class UploadCompleted(Answer):
    id: str
    state: str


class Medium(Answer):
    """`state`: uploading, pending, scanning, stored, ready, gone, quarantined or failed.

    `ticket`: when it can be had, good for one download within a few minutes. `message_id`: of a
    received one. `sendable_until`: of an uploaded one. `is_destroyed`: its content is gone for
    good, since `destroyed_at` where that is known.
    """

    id: str
    state: str
    reason: str | None
    direction: Literal["inbound", "outbound"]
    kind: str
    mime_type: str | None
    bytes: int | None
    sha256: str | None
    filename: str | None
    message_id: str | None
    sendable_until: str | None
    is_destroyed: bool
    destroyed_at: str | None
    ticket: str | None
    ticket_expires_at: str | None


def wish(body: bytes) -> Wish:
    """Raises a `ProblemError` that names every field that is wrong, and none of its values."""
    try:
        told = UploadRequest.model_validate_json(body)
    except ValidationError as error:
        raise ProblemError(invalid(*_fields(error))) from None
    return Wish(
        mime_type=told.mime_type,
        bytes=told.bytes,
        sha256=told.sha256,
        filename=told.filename and _without_card_numbers(told.filename),
        phone_number_id=told.phone_number_id,
    )


def _fields(error: ValidationError) -> list[FieldError]:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [FieldError(_name(each), str(each["msg"])) for each in found]


def _name(detail: Any) -> str:
    return ".".join(str(part)[:_LONGEST_NAME] for part in detail["loc"]) or "body"


def _without_card_numbers(filename: str) -> str:
    from functions.core.cards.quick import may_hold_card

    if not may_hold_card(filename.encode("utf-8", "surrogatepass")):
        return filename
    from functions.core.cards.mask import mask  # what most names never need

    return mask(filename).text
