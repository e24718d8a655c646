"""Keyed pseudonyms: how phone numbers, ids and wamids become keys without being readable.

HMAC-SHA256 under a secret of the deployment, in base32. A plain hash would be no protection: all
phone numbers can be tried in minutes. wamids are pseudonymised too, because Meta writes the
person's number into them in base64. Deriving locally costs microseconds and no request; a KMS
HMAC key would cost one request ($3 per million) and 5 ms for every look-up.
"""

import base64
import hashlib
import hmac

from functions.core.contacts.model import Alias, AliasKind

_LENGTH = 26  # base32 characters: 130 bits, far beyond collisions in any one deployment


class Pseudonyms:
    def __init__(self, *, key: bytes, portfolio_id: str) -> None:
        self._key = key
        self._portfolio_id = portfolio_id

    def of(self, purpose: str, *parts: str) -> str:
        """A stable opaque name for these parts; `purpose` keeps uses apart."""
        digest = hmac.new(self._key, digestmod=hashlib.sha256)
        for part in (purpose, *parts):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(4, "big") + data)
        return base64.b32encode(digest.digest()).decode().lower()[:_LENGTH]

    def alias(self, alias: Alias) -> str:
        """BSUIDs are unique only within one business portfolio."""
        scope = self._portfolio_id if alias.kind is AliasKind.BSUID else ""
        return self.of("alias", alias.namespace, scope, alias.value)
