"""Is this body from Meta? HMAC-SHA256 of the raw bytes under the app secret, in constant time."""

import hmac
import re
from collections.abc import Iterable

_HEADER = re.compile(r"sha256=([0-9a-fA-F]{64})")


def is_signed(body: bytes, header: str | None, secrets: Iterable[str | None]) -> bool:
    """`header`: X-Hub-Signature-256. `secrets`: the current one and, while rotating, the previous.

    An empty secret signs nothing: anybody could use it.
    """
    match = _HEADER.fullmatch(header or "")
    if match is None:
        return False
    claimed = bytes.fromhex(match[1])
    verdicts = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, "sha256"), claimed)
        for secret in secrets
        if secret
    ]
    return any(verdicts)
