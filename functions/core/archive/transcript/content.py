"""What a message says, by its type. Whatever has a shape nobody here knows is shown as it is."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from functions.core.archive.transcript.text import esc, said
from functions.core.cards.marker import MARKER

Json = Mapping[str, Any]

_MEDIA = ("audio", "document", "image", "sticker", "video", "voice")
# Beside the words of a medium: shown with the file itself, or of no meaning any more.
_OF_FILES = ("id", "url", "link", "mime_type", "sha256", "filename", "caption", MARKER)


def shown(kind: str, content: Json) -> str:
    """`content` as in the API: one field named after the type, and whatever else there is."""
    if not content:
        return ""
    body = content.get(kind)
    render = _KINDS.get(kind)
    if render is None or not isinstance(body, dict):
        return as_it_is(content)
    rest = {n: v for n, v in content.items() if n not in (kind, MARKER, "group_id") and v}
    return render(body) + (as_it_is(rest) if rest else "")


def as_it_is(value: Any) -> str:
    text = json.dumps(_without_marks(value), ensure_ascii=False, indent=1)
    return f'<pre dir="auto">{esc(text)}</pre>'


def lines(*pairs: tuple[str, Any]) -> str:
    """Labelled values; those that are missing are left out."""
    rows = [
        f"<dt>{esc(n)}</dt><dd dir='auto'>{esc(v)}</dd>" for n, v in pairs if v not in (None, "")
    ]
    return f"<dl>{''.join(rows)}</dl>" if rows else ""


def _text(body: Json) -> str:
    return said(body.get("body", ""))


def _medium(body: Json) -> str:
    rest = {name: value for name, value in body.items() if name not in _OF_FILES}
    caption = said(body["caption"]) if body.get("caption") else ""
    return caption + (as_it_is(rest) if _says_more(rest) else "")


def _says_more(rest: Json) -> bool:
    return any(value not in (None, False, "") for value in rest.values())


def _location(body: Json) -> str:
    place = f"{body.get('latitude')}, {body.get('longitude')}"
    return "<p>Location</p>" + lines(
        ("Name", body.get("name")),
        ("Address", body.get("address")),
        ("Latitude, longitude", place),
        ("Link", body.get("url")),
    )


def _reaction(body: Json) -> str:
    emoji = body.get("emoji")
    return said(emoji, "emoji") if emoji else "<p>Took a reaction back</p>"


def _button(body: Json) -> str:
    return "<p>Pressed a button</p>" + said(body.get("text", ""))


def _interactive(body: Json) -> str:
    for kind in ("button_reply", "list_reply"):
        reply = body.get(kind)
        if isinstance(reply, dict):
            return "<p>Chose</p>" + lines(
                ("Title", reply.get("title")),
                ("Description", reply.get("description")),
                ("Id", reply.get("id")),
            )
    parts = [
        said(part["text"])
        for part in (body.get("header"), body.get("body"), body.get("footer"))
        if isinstance(part, dict) and part.get("text")
    ]
    rest = {n: v for n, v in body.items() if n not in ("type", "header", "body", "footer") and v}
    return "".join(parts) + (as_it_is(rest) if rest else "")


def _template(body: Json) -> str:
    language = body.get("language")
    code = language.get("code") if isinstance(language, dict) else language
    components = body.get("components")
    return (
        "<p>Template</p>"
        + lines(("Name", body.get("name")), ("Language", code))
        + (as_it_is(components) if components else "")
    )


def _edit(body: Json) -> str:
    message = body.get("message")
    if not isinstance(message, dict):
        return as_it_is(body)
    kind = str(message.get("type", ""))
    return "<p>Edited a message to</p>" + shown(kind, {kind: message.get(kind)})


def _revoke(_body: Json) -> str:
    return "<p>Deleted a message</p>"


def _system(body: Json) -> str:
    return said(body.get("body", "")) if body.get("body") else as_it_is(body)


def _unsupported(_body: Json) -> str:
    return "<p>WhatsApp told of a message that it does not pass on to businesses</p>"


def _without_marks(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_marks(part) for name, part in value.items() if name != MARKER}
    return [_without_marks(part) for part in value] if isinstance(value, list) else value


_KINDS: Mapping[str, Callable[[Json], str]] = {
    "text": _text,
    **dict.fromkeys(_MEDIA, _medium),
    "location": _location,
    "reaction": _reaction,
    "button": _button,
    "interactive": _interactive,
    "template": _template,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "unsupported": _unsupported,
}
