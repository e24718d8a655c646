"""Graph's refusals, in the words, codes and HTTP statuses Meta gives them."""

import functools
import tomllib
from pathlib import Path
from typing import Any

ERROR_PAGE = "/documentation/business-messaging/whatsapp/support/error-codes"


@functools.cache
def _catalogue() -> dict[int, dict[str, Any]]:
    text = Path(__file__).with_name("errors.toml").read_text(encoding="utf-8")
    return {int(code): entry for code, entry in tomllib.loads(text).items()}


def known_codes() -> frozenset[int]:
    return frozenset(_catalogue())


class GraphError(Exception):
    """Graph refused the request; `code` says why, as in Meta's list of error codes."""

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        message: str | None = None,
        subcode: int | None = None,
        type_: str = "OAuthException",
        status: int | None = None,
    ) -> None:
        """Refuse with the catalogue's words.

        Args:
            code: Meta's error code.
            details: replaces the catalogue's details.
            message: a whole message; Meta's schema refusals have one, and no `error_data`.
            subcode: `error_subcode`, which versions since v16 only keep for Graph's own errors.
            type_: Meta's `type`.
            status: another HTTP status than the catalogue's.
        """
        entry = _catalogue().get(code, {})
        self.code = code
        self.title = str(entry.get("title", "Unknown error"))
        self.details = details or str(entry.get("details", self.title))
        self.status = status or int(entry.get("status", 400))
        self._message = message
        self._subcode = subcode
        self._type = type_
        super().__init__(f"Graph error {code}")

    @property
    def message(self) -> str:
        return self._message or f"(#{self.code}) {self.title}"

    def body(self, trace_id: str) -> dict[str, Any]:
        """What Graph answers."""
        error: dict[str, Any] = {"message": self.message, "type": self._type, "code": self.code}
        if self._message is None:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self._subcode is not None:
            error["error_subcode"] = self._subcode
        return {"error": error | {"fbtrace_id": trace_id}}

    def in_webhook(self) -> dict[str, Any]:
        """The same refusal as it stands in the `errors` of a failed status."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": ERROR_PAGE,
        }


class ControlError(Exception):
    """A call to /sandbox/… makes no sense; its text says what is expected."""
