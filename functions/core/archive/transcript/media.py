"""A file in a transcript: the image itself, or a card with everything that identifies it."""

import base64
from collections.abc import Mapping
from typing import Any, Protocol

from functions.core.archive.transcript.content import lines
from functions.core.archive.transcript.text import esc, size, words

_STATES = {
    "pending": "not fetched yet when this was archived",
    "scanning": "being checked for malware when this was archived",
    "gone": "WhatsApp no longer had it",
    "quarantined": "held back: not what it was announced as",
    "failed": "WhatsApp did not take or give it",
    "uploading": "was never completed",
}


class Pictures(Protocol):
    def of(self, medium: Mapping[str, Any]) -> tuple[bytes | None, str]:
        """The bytes of an image that may be shown, or why they are not."""


def card(medium: Mapping[str, Any], pictures: Pictures) -> str:
    data, why = pictures.of(medium)
    image = ""
    if data is not None:
        source = f"data:{esc(medium['mime'])};base64,{base64.b64encode(data).decode()}"
        image = f'<img alt="{esc(medium.get("filename") or "Image")}" src="{source}">'
    state = _STATES.get(str(medium.get("state")), "")
    if medium.get("reason"):
        state = f"{state} ({words(medium['reason'])})"
    return f'<div class="file">{image}{_about(medium, why or state)}</div>'


def _about(medium: Mapping[str, Any], note: str) -> str:
    kind = str(medium.get("type", "file")).capitalize()
    told = lines(
        ("File", medium.get("filename") or kind),
        ("Type", medium.get("mime")),
        ("Size", size(medium["bytes"]) if "bytes" in medium else None),
        ("SHA-256", medium.get("sha256")),
        ("Note", note),
    )
    gone = "<p class='gone'>Its name and hash were destroyed</p>" if medium["is_destroyed"] else ""
    return told + gone
