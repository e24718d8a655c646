"""How a question about consent looks: text and two buttons, in the chat or on a template."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.consent.notices import NoticeText
from functions.core.consent.replies import Reply
from functions.core.consent.requests import Request, button_id
from functions.core.consent.vocabulary import Purpose

Replies = Callable[[Reply, str], str]  # kind of text, language

_TITLES: Mapping[bool, Reply] = {True: "button_yes", False: "button_no"}


def question(text: str, buttons: Mapping[str, str]) -> dict[str, Any]:
    """A free-form message with reply buttons: id to title."""
    shown = [{"type": "reply", "reply": {"id": i, "title": t}} for i, t in buttons.items()]
    return {
        "type": "interactive",
        "purpose": Purpose.SERVICE.value,
        "interactive": {"type": "button", "body": {"text": text}, "action": {"buttons": shown}},
    }


def templated(request: Request) -> dict[str, Any]:
    """The template has the text; its two quick-reply buttons, yes first, get our payloads."""
    told = request.template or {}
    buttons = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": button_id(request.id, yes=yes)}],
        }
        for index, yes in enumerate(_TITLES)
    ]
    return {
        "type": "template",
        "purpose": Purpose.UTILITY.value,
        "template": {
            "name": told["name"],
            "language": {"code": told["language"]},
            "components": buttons,
        },
    }


def shown(request: Request, notice: NoticeText, replies: Replies) -> dict[str, Any]:
    """The notice itself, as a free-form message."""
    titles = {
        button_id(request.id, yes=yes): replies(title, notice.ref.language)
        for yes, title in _TITLES.items()
    }
    return question(notice.text, titles)
