"""A request as API Gateway hands it over, checked before anything is done with it."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import unquote

from functions.core.runtime.http.problems import (
    NOT_FOUND,
    TOO_LARGE,
    UNAUTHENTICATED,
    FieldError,
    ProblemError,
    forbidden,
    invalid,
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a path, a query or a header, and the form its text must have."""

    name: str
    where: Literal["path", "query", "header"]
    pattern: str
    reason: str
    required: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict)

    def accepts(self, text: str) -> bool:
        return re.fullmatch(self.pattern, text, re.ASCII) is not None


# What makes a repeat of the same wish recognisable.
IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    where="header",
    pattern=r"[!-~]([ -~]{0,253}[!-~])?",
    reason="must be 1 to 255 printable ASCII characters",
    required=True,
)


# Why somebody reads or sends, in a word of theirs; it stands in the audit log.
PURPOSE = Parameter(
    name="Amana-Purpose",
    where="header",
    pattern=r"[a-z][a-z0-9_-]{0,63}",
    reason="must be one word of at most 64 lower-case letters, digits, - and _",
)


@dataclass
class Told:
    """What the audit log is told of a request, beside who made it.

    `on`: pseudonyms of people. `is_entered`: the entry was stored with what was changed.
    """

    on: tuple[str, ...] = ()
    what: str = ""
    purpose: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    is_entered: bool = False


class Request:
    def __init__(self, event: Mapping[str, Any], path: Mapping[str, str]) -> None:
        self.told = Told()
        self._event = event
        self._path = {name: unquote(text) for name, text in path.items()}

    @property
    def request_id(self) -> str:
        return str(self._context.get("requestId", ""))

    @property
    def client_id(self) -> str:
        return str(self._claims.get("client_id") or self._claims.get("sub", ""))

    @property
    def address(self) -> str:
        """Where the request came from; not to be stored as it is."""
        return str((self._context.get("identity") or {}).get("sourceIp") or "")

    @property
    def base(self) -> str:
        """Where the API is, as API Gateway knows it: what a caller says of the host is not used."""
        path = str(self._context.get("path", ""))
        return f"https://{self._context.get('domainName', '')}{path.partition('/v1/')[0]}"

    def purpose(self, *, lenient: bool = False) -> str:
        """`lenient`: none is better than one that cannot be entered."""
        text = self._text(PURPOSE)
        if lenient and not (text and PURPOSE.accepts(text)):
            return ""
        return self.values((PURPOSE,), query=False).get(PURPOSE.name, "")

    def authorize(self, scope: str) -> None:
        """API Gateway has checked this already; a mistake in its set-up must not open the door."""
        if not self._claims or not self.client_id:
            raise ProblemError(UNAUTHENTICATED)
        if scope not in str(self._claims.get("scope", "")).split():
            raise ProblemError(forbidden(scope))

    def values(self, parameters: Sequence[Parameter], *, query: bool = True) -> dict[str, str]:
        """The parameters that were given; every one that is wrong is named.

        `query` False: those of the query are looked at another time.
        """
        errors = [
            FieldError(name, "is not a parameter of this address")
            for name in (self._query if query else ())
            if name not in {p.name for p in parameters if p.where == "query"}
        ]
        found: dict[str, str] = {}
        for parameter in parameters:
            text = self._text(parameter)
            if text is not None and parameter.accepts(text):
                found[parameter.name] = text
            elif parameter.where == "path":
                raise ProblemError(NOT_FOUND)
            elif text is not None:
                errors.append(FieldError(parameter.name, parameter.reason))
            elif parameter.required:
                errors.append(FieldError(parameter.name, "is required"))
        if errors:
            raise ProblemError(invalid(*errors))
        return found

    def body(self, most_bytes: int) -> bytes:
        text = self._event.get("body") or ""
        data: bytes = text.encode("utf-8", "surrogatepass")
        if self._event.get("isBase64Encoded"):
            try:
                data = base64.b64decode(data, validate=True)
            except binascii.Error:
                raise ProblemError(invalid(FieldError("body", "is not readable"))) from None
        if len(data) > most_bytes:
            raise ProblemError(TOO_LARGE)
        return data

    def _text(self, parameter: Parameter) -> str | None:
        if parameter.where == "path":
            return self._path.get(parameter.name)
        if parameter.where == "query":
            return self._query.get(parameter.name)
        headers = self._event.get("headers") or {}
        wanted = parameter.name.lower()
        return next((text for name, text in headers.items() if name.lower() == wanted), None)

    @property
    def _query(self) -> Mapping[str, str]:
        return self._event.get("queryStringParameters") or {}

    @property
    def _context(self) -> Mapping[str, Any]:
        return self._event.get("requestContext") or {}

    @property
    def _claims(self) -> Mapping[str, Any]:
        return (self._context.get("authorizer") or {}).get("claims") or {}
