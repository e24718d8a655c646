"""What a message may hold, type by type. Each check refuses or returns the price category."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.errors import GraphError
from sandbox.graph.fields import Fields
from sandbox.graph.interactive import check_interactive
from sandbox.graph.media import MediaStore
from sandbox.graph.media_content import check_media
from sandbox.graph.template_content import check_template
from sandbox.graph.templates import Templates
from sandbox.limits import Limits

SERVICE = "service"


@dataclass(frozen=True)
class Context:
    """What a check may look at besides the message."""

    media: MediaStore
    templates: Templates
    limits: Limits
    now: datetime


def check_content(kind: str, message: Fields, context: Context) -> str:
    return _CHECKS[kind](message, context)


def _text(message: Fields, context: Context) -> str:
    part = message.object("text").only("body", "preview_url")
    part.string("body", context.limits.count("text", "body"))
    return SERVICE


def _media(kind: str) -> Callable[[Fields, Context], str]:
    def check(message: Fields, context: Context) -> str:
        check_media(kind, message.object(kind), context.media, context.limits, context.now)
        return SERVICE

    return check


def _location(message: Fields, _: Context) -> str:
    part = message.object("location").only("latitude", "longitude", "name", "address")
    part.number("latitude", -90, 90)
    part.number("longitude", -180, 180)
    return SERVICE


def _reaction(message: Fields, _: Context) -> str:
    part = message.object("reaction").only("message_id", "emoji")
    part.string("message_id")
    part.string("emoji", empty=True)  # the empty emoji takes a reaction back
    return SERVICE


def _contacts(message: Fields, context: Context) -> str:
    people = message.objects("contacts")
    most = context.limits.count("count", "contacts")
    if not 1 <= len(people) <= most:
        raise GraphError(131009, f"A message holds 1 to {most} contacts.")
    for person in people:
        person.object("name").string("formatted_name")
    return SERVICE


def _interactive(message: Fields, context: Context) -> str:
    check_interactive(message.object("interactive"), context.media, context.limits, context.now)
    return SERVICE


def _template(message: Fields, context: Context) -> str:
    template = check_template(message.object("template"), context.templates, context.limits)
    return template.category.lower()


_CHECKS: Mapping[str, Callable[[Fields, Context], str]] = {
    "text": _text,
    "location": _location,
    "reaction": _reaction,
    "contacts": _contacts,
    "interactive": _interactive,
    "template": _template,
} | {kind: _media(kind) for kind in ("audio", "document", "image", "sticker", "video")}
TYPES = frozenset(_CHECKS)
