"""What API Gateway hands over, read without trusting its shape."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.cards.scrub import scrub_body
from functions.core.runtime import log

# Meta's challenges are numbers; anything else would let a caller choose what we answer.
_CHALLENGE = re.compile(r"[0-9]{1,64}")


@dataclass(frozen=True)
class Handshake:
    verify_token: str
    challenge: str


def handshake(event: Mapping[str, Any]) -> Handshake | None:
    """None unless it is a complete request to subscribe."""
    query = event.get("queryStringParameters") or {}
    challenge = query.get("hub.challenge") or ""
    if query.get("hub.mode") != "subscribe" or not _CHALLENGE.fullmatch(challenge):
        return None
    return Handshake(query.get("hub.verify_token") or "", challenge)


def raw_body(event: Mapping[str, Any]) -> bytes | None:
    """The bytes as they were sent; None for a body that is not what it claims to be."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None


def without_card_numbers(body: bytes) -> bytes:
    """The same bytes, but for card numbers: those must not be written down anywhere."""
    scrubbed = scrub_body(body)
    if scrubbed.count:
        log.info("card numbers masked", count=scrubbed.count)
        log.metric("CardNumbersMasked", scrubbed.count, direction="inbound")
    return scrubbed.body


def header(event: Mapping[str, Any], name: str) -> str | None:
    """The only value of a header; None when it is missing or given twice."""
    values = [
        value
        for key, found in (event.get("multiValueHeaders") or {}).items()
        if key.lower() == name.lower()
        for value in found
    ] or [
        value for key, value in (event.get("headers") or {}).items() if key.lower() == name.lower()
    ]
    return values[0] if len(values) == 1 else None
