"""A message with media, by id or by link, alone or as the header of another."""

import mimetypes
from datetime import datetime
from urllib.parse import urlparse

from sandbox.errors import GraphError
from sandbox.graph.fields import Fields, refuse
from sandbox.graph.media import MediaStore
from sandbox.limits import Limits

_KEYS = {
    "audio": ("id", "link", "voice"),
    "document": ("id", "link", "caption", "filename"),
    "image": ("id", "link", "caption"),
    "sticker": ("id", "link"),
    "video": ("id", "link", "caption"),
}


def check_media(kind: str, part: Fields, store: MediaStore, limits: Limits, now: datetime) -> None:
    part.only(*_KEYS[kind])
    part.optional_string("caption", limits.count("text", "caption"))
    if part.has("id") == part.has("link"):
        raise GraphError(100, f"Exactly one of id and link is needed in {part.name}.")
    if part.has("id"):
        media = store.find(part.string("id"), now)
        if media is None:
            raise refuse(
                f"Param {part.path('id')} is not a valid whatsapp business account media "
                "attachment ID"
            )
        _check_type(kind, media.mime_type, limits)
    else:
        _check_link(kind, part, limits)


def _check_link(kind: str, part: Fields, limits: Limits) -> None:
    """A link is not fetched: only its shape and its extension can be wrong."""
    url = urlparse(part.string("link"))
    if url.scheme not in {"http", "https"} or not url.netloc:
        raise refuse(f"Param {part.path('link')} is not a valid URI.")
    mime_type, _ = mimetypes.guess_type(url.path)
    if mime_type is not None:
        _check_type(kind, mime_type, limits)


def _check_type(kind: str, mime_type: str, limits: Limits) -> None:
    types, _ = limits.media(kind)
    if kind != "document" and mime_type not in types:
        raise GraphError(131053, f"{mime_type} cannot be sent as {kind}.")
