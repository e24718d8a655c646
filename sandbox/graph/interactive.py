"""Interactive messages: buttons and lists in full, the other kinds by their required parts."""

from datetime import datetime

from sandbox.errors import GraphError
from sandbox.graph.fields import Fields
from sandbox.graph.media import MediaStore
from sandbox.graph.media_content import check_media
from sandbox.limits import Limits

_NAMED_ACTIONS = {
    "address_message": "address_message",
    "call_permission_request": "call_permission_request",
    "catalog_message": "catalog_message",
    "cta_url": "cta_url",
    "flow": "flow",
    "location_request_message": "send_location",
    "order_details": "review_and_pay",
    "order_status": "review_order",
    "request_contact_info": "request_contact_info",
    "voice_call": "voice_call",
}
_FREE_ACTIONS = {"carousel", "product", "product_list"}
_WITHOUT_BODY = {"call_permission_request", "product"}
_TYPES = {"button", "list", *_NAMED_ACTIONS, *_FREE_ACTIONS}


def check_interactive(part: Fields, media: MediaStore, limits: Limits, now: datetime) -> None:
    part.only("type", "header", "body", "footer", "action")
    kind = part.choice("type", _TYPES)
    if part.has("header"):
        _header(part.object("header"), media, limits, now)
    if kind not in _WITHOUT_BODY or part.has("body"):
        longest = "list_body" if kind == "list" else "button_body"
        part.object("body").string("text", limits.count("text", longest))
    if part.has("footer"):
        part.object("footer").string("text", limits.count("text", "footer"))
    action = part.object("action")
    if kind == "button":
        _buttons(action, limits)
    elif kind == "list":
        _list(action, limits)
    elif kind in _NAMED_ACTIONS:
        _named_action(action, _NAMED_ACTIONS[kind], limits)


def _header(header: Fields, media: MediaStore, limits: Limits, now: datetime) -> None:
    kind = header.choice("type", {"document", "image", "text", "video"})
    if kind == "text":
        header.string("text", limits.count("text", "header"))
    else:
        check_media(kind, header.object(kind), media, limits, now)


def _buttons(action: Fields, limits: Limits) -> None:
    buttons = action.objects("buttons")
    most = limits.count("count", "buttons")
    if not 1 <= len(buttons) <= most:
        raise GraphError(
            131009, f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {most}"
        )
    replies = []
    for button in buttons:
        button.choice("type", {"reply"})
        replies.append(button.object("reply"))
    _distinct([reply.string("id", limits.count("text", "button_id")) for reply in replies])
    _distinct([reply.string("title", limits.count("text", "button_title")) for reply in replies])


def _list(action: Fields, limits: Limits) -> None:
    action.string("button", limits.count("text", "button_title"))
    sections = action.objects("sections")
    if not 1 <= len(sections) <= limits.count("count", "sections"):
        raise GraphError(131009, "Invalid sections count.")
    for section in sections:
        if len(sections) > 1:
            section.string("title")
        section.optional_string("title", limits.count("text", "section_title"))
    rows = [row for section in sections for row in section.objects("rows")]
    most = limits.count("count", "rows")
    if not 1 <= len(rows) <= most:
        raise GraphError(131009, f"Total row count exceeds max allowed count: {most}")
    for row in rows:
        row.string("title", limits.count("text", "row_title"))
        row.optional_string("description", limits.count("text", "row_description"))
    _distinct([row.string("id", limits.count("text", "row_id")) for row in rows])


def _named_action(action: Fields, name: str, limits: Limits) -> None:
    action.choice("name", {name})
    if name == "cta_url":
        parameters = action.object("parameters")
        parameters.string("display_text", limits.count("text", "button_title"))
        parameters.string("url")
    elif name == "flow":
        action.object("parameters").string("flow_message_version")


def _distinct(texts: list[str]) -> None:
    if len(set(texts)) < len(texts):
        raise GraphError(131009, "Duplicated ids or titles are not allowed.")
