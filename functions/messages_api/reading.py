"""The GET requests."""

from collections.abc import Mapping
from typing import Any

from functions.core.conversations.read_page import Page
from functions.core.runtime.http.requests import Parameter, Request
from functions.messages_api import wiring

_DEFAULT_LIMIT, _HIGHEST_LIMIT = 50, 100

MESSAGE_ID = Parameter(
    name="message_id", where="path", pattern=r"[mwcp]_[a-z2-7]{26}", reason="", required=True
)
CONVERSATION_ID = Parameter(
    name="conversation_id",
    where="path",
    pattern=r"[A-Za-z0-9_-]{1,64}\.[bgnp][a-z0-9]{1,64}(~[0-9]{1,13})?",
    reason="",
    required=True,
)
WABA_ID = Parameter(
    name="waba_id", where="path", pattern=r"[ -.0-~]{1,128}", reason="", required=True
)
PHONE_NUMBER_ID = Parameter(
    name="phone_number_id",
    where="query",
    pattern=r"[A-Za-z0-9_-]{1,64}",
    reason="must be one of your phone number ids at Meta",
)
CURSOR = Parameter(
    name="cursor",
    where="query",
    pattern=r"[A-Za-z0-9_-]{1,600}",
    reason="must be the next_cursor of the page before",
)
LIMIT = Parameter(
    name="limit",
    where="query",
    pattern=r"[1-9][0-9]?|100",
    reason=f"must be a whole number from 1 to {_HIGHEST_LIMIT}",
    schema={
        "type": "integer",
        "minimum": 1,
        "maximum": _HIGHEST_LIMIT,
        "default": _DEFAULT_LIMIT,
    },
)


def message(_request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return wiring.reading().message(values["message_id"])


def conversations(_request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    number = values.get("phone_number_id")
    return _body(wiring.reading().conversations(phone_number_id=number, **_paging(values)))


def messages(_request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _body(wiring.reading().messages(values["conversation_id"], **_paging(values)))


def account_updates(_request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    return _body(wiring.reading().account_updates(values["waba_id"], **_paging(values)))


def _paging(values: Mapping[str, str]) -> dict[str, Any]:
    return {"cursor": values.get("cursor"), "limit": int(values.get("limit", _DEFAULT_LIMIT))}


def _body(page: Page) -> dict[str, Any]:
    return {"items": page.items, "next_cursor": page.next_cursor}
