"""What a caller asks for: the body of the request, checked field by field."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.consent.imports.claims import METHODS
from functions.core.consent.imports.errors import InvalidImportError
from functions.core.consent.imports.model import Defaults
from functions.core.consent.vocabulary import Method, Purpose
from functions.core.runtime.http.problems import FieldError

MAX_BYTES = 4096
_FIELDS = ("purpose", "notice", "method")
_NOTICE = ("id", "version", "language")


@dataclass(frozen=True)
class Asked:
    defaults: Defaults

    @property
    def canonical(self) -> str:
        """The same for two requests that ask for the same."""
        return json.dumps([self.defaults.purpose, self.defaults.notice, self.defaults.method])


def asked_from(body: bytes) -> Asked:
    """InvalidImportError names every field that is wrong."""
    told = _object(body)
    errors = [FieldError(name, "is not a field of this request") for name in {*told} - {*_FIELDS}]
    purpose = _one_of(told, "purpose", tuple(Purpose), errors)
    method = _one_of(told, "method", tuple(METHODS), errors)
    notice = _notice(told.get("notice"), errors)
    if errors:
        raise InvalidImportError(sorted(errors, key=lambda error: error.field))
    return Asked(
        Defaults(
            purpose=Purpose(purpose) if purpose else None,
            notice=notice,
            method=Method(method) if method else Method.IMPORT,
        )
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise InvalidImportError([FieldError("body", "must be a JSON object")])
    return told


def _one_of(
    told: Mapping[str, Any], name: str, known: tuple[str, ...], errors: list[FieldError]
) -> str | None:
    text = told.get(name)
    if text is None:
        return None
    if not isinstance(text, str) or text not in known:
        errors.append(FieldError(name, f"is unknown; there are: {', '.join(known)}"))
        return None
    return text


def _notice(told: Any, errors: list[FieldError]) -> tuple[str, str, str] | None:
    if told is None:
        return None
    if not isinstance(told, dict):
        errors.append(FieldError("notice", "must be an object"))
        return None
    wrong = [
        *(FieldError(f"notice.{n}", "is no field of a notice") for n in {*told} - {*_NOTICE}),
        *(FieldError(f"notice.{n}", "is required") for n in _NOTICE if not _is_text(told.get(n))),
    ]
    errors += wrong
    return None if wrong else (told["id"], told["version"], told["language"])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)
