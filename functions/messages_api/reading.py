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


def message(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    request.told.what = f"message/{values['message_id']}"
    view = wiring.reading().message(values["message_id"])
    request.told.on = (view["contact_id"],)
    return view


def conversations(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    number = values.get("phone_number_id")
    page = wiring.reading().conversations(phone_number_id=number, **_paging(values))
    request.told.on = tuple(item["contact"]["contact_id"] for item in page.items)
    request.told.facts["given"] = len(page.items)
    return _body(page)


def messages(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    """Which messages were given is entered: a later question may be what somebody has seen."""
    conversation_id = values["conversation_id"]
    page = wiring.reading().messages(conversation_id, **_paging(values))
    request.told.what = f"conversation/{conversation_id}"
    request.told.on = (conversation_id.rpartition(".")[2],)
    request.told.facts["messages"] = [item["id"] for item in page.items]
    return _body(page)


def account_updates(request: Request, values: Mapping[str, str]) -> dict[str, Any]:
    page = wiring.reading().account_updates(values["waba_id"], **_paging(values))
    if page.items:  # else the id may be any text of the caller's
        request.told.what = f"account/{values['waba_id']}"
    request.told.facts["given"] = len(page.items)
    return _body(page)


def _paging(values: Mapping[str, str]) -> dict[str, Any]:
    return {"cursor": values.get("cursor"), "limit": int(values.get("limit", _DEFAULT_LIMIT))}


def _body(page: Page) -> dict[str, Any]:
    return {"items": page.items, "next_cursor": page.next_cursor}
