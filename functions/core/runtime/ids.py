"""The one place that draws random ids."""

import base64
import secrets


def random_id() -> str:
    """100 random bits in 20 lower-case base32 characters."""
    return base64.b32encode(secrets.token_bytes(13)).decode().lower()[:20]
