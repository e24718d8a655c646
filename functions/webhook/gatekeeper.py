"""Who may hand something in: Meta, known by its signature or by the verify token."""

import hmac
from collections.abc import Callable, Mapping

from functions.core.runtime.secrets import SecretCache
from functions.core.whatsapp.signature import is_signed

Secret = Mapping[str, str]

# After a rotation the first webhooks arrive under a secret not read yet. Looking again is limited
# to once in this time, so that forged requests cannot cause a read each.
_RECHECK_SECONDS = 30.0


class Gatekeeper:
    def __init__(self, secrets: SecretCache, arn: str) -> None:
        self._secrets = secrets
        self._arn = arn

    def signed(self, body: bytes, header: str | None) -> bool:
        return self._holds(
            lambda secret: is_signed(
                body, header, (secret.get("app_secret"), secret.get("previous_app_secret"))
            )
        )

    def knows(self, verify_token: str) -> bool:
        return self._holds(
            lambda secret: (
                bool(secret.get("verify_token"))
                and hmac.compare_digest(
                    verify_token.encode("utf-8", "surrogatepass"), secret["verify_token"].encode()
                )
            )
        )

    def _holds(self, check: Callable[[Secret], bool]) -> bool:
        known = self._secrets.get(self._arn)
        if check(known):
            return True
        fresh = self._secrets.get(self._arn, max_age_seconds=_RECHECK_SECONDS)
        return fresh is not known and check(fresh)
