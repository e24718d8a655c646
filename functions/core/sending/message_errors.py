"""What is wrong with a request body, field by field, never repeating what the field held."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from pydantic import ValidationError

from functions.core.runtime.http.problems import FieldError
from functions.core.sending.errors import SendingError

__all__ = ["FieldError", "InvalidMessageError", "field_errors"]


class InvalidMessageError(SendingError):
    """The body is no message that WhatsApp could take; `errors` says which fields and why."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{len(self.errors)} fields are invalid")


# More would help nobody, and a body of nonsense has thousands.
_MOST_ERRORS = 20
_LONGEST_NAME = 64


def field_errors(error: ValidationError, data: object) -> list[FieldError]:
    """`data`: what was validated, to tell field names from the tags of pydantic's unions."""
    details = error.errors(include_url=False, include_input=False)
    return [
        FieldError(field=_path(detail["loc"], data), reason=_reason(detail))
        for detail in details[:_MOST_ERRORS]
    ]


def _path(loc: Sequence[str | int], data: object) -> str:
    """Without the tags of unions, which pydantic puts into the path where no field has them."""
    names: list[str] = []
    current, tag_passed = data, True
    for part, after in zip_longest(loc, loc[1:]):
        if isinstance(current, Mapping):
            if not tag_passed and _is_tag(part, after, current):
                tag_passed = True
                continue
            current = current.get(part)
        elif isinstance(current, Sequence) and isinstance(part, int) and part < len(current):
            current = current[part]
        else:  # the name of an alternative, below the value that fits none
            break
        tag_passed = False
        names.append(str(part)[:_LONGEST_NAME])
    return ".".join(names) or "body"


def _is_tag(part: str | int, after: str | int | None, current: Mapping[Any, Any]) -> bool:
    """`type` names the alternative, and often also the field that holds its content."""
    if after is None:
        return False
    return part not in current or (part == current.get("type") and after in {part, *current})


_REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this message",
    "union_tag_not_found": "needs a type",
    "union_tag_invalid": "has an unknown type; known are {expected_tags}",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "has more than {max_length} characters",
    "too_short": "needs at least {min_length}",
    "too_long": "has more than {max_length}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}


def _reason(detail: Mapping[str, Any]) -> str:
    """None of these contexts holds a value of the caller's."""
    template = _REASONS.get(detail["type"])
    if template is None:
        return str(detail["msg"])
    return template.format(**detail.get("ctx", {}))
