"""The bytes of a webhook and their signature, as Meta makes them."""

import hashlib
import hmac
import json
from typing import Any

Json = dict[str, Any]

SIGNATURE_HEADER = "X-Hub-Signature-256"


def encode(body: Json) -> bytes:
    r"""Compact JSON with non-ASCII as \u escapes and / as \/.

    Whoever parses a webhook and serialises it again gets other bytes, and so another signature.
    """
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def sign(app_secret: str, raw: bytes) -> str:
    digest = hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
    return f"sha256={digest}"
