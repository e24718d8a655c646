"""Secrets Manager, read once and kept for a bounded time, so that a rotation takes effect."""

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from functions.core.runtime.errors import AmanaError
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# A revoked secret works this long at most; a read every 5 minutes costs under $0.05 a month
# for each warm instance ($0.05 per 10,000 reads, AWS price list 2026).
MAX_AGE_SECONDS = 300.0


class MalformedSecretError(AmanaError):
    """A secret is not a JSON object of texts; write it again as the README says."""


class SecretCache:
    """JSON secrets by ARN. Wall-clock time: a frozen Lambda's monotonic clock may stand still."""

    def __init__(
        self, client: "SecretsManagerClient", *, clock: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[float, Mapping[str, str]]] = {}

    def get(self, arn: str, *, max_age_seconds: float = MAX_AGE_SECONDS) -> Mapping[str, str]:
        read_at, values = self._kept.get(arn, (float("-inf"), {}))
        if 0 <= self._clock() - read_at < max_age_seconds:
            return values
        values = self._read(arn)
        self._kept[arn] = (self._clock(), values)
        return values

    def forget(self, arn: str) -> None:
        self._kept.pop(arn, None)

    def _read(self, arn: str) -> Mapping[str, str]:
        with as_unavailable("reading a secret"):
            text = self._client.get_secret_value(SecretId=arn).get("SecretString", "")
        try:
            values = json.loads(text)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            # The parser's error quotes the secret, so it is no part of this one.
            raise MalformedSecretError("expected a JSON object")
        return {name: str(value) for name, value in values.items()}
