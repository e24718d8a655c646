"""Aliases of people who were erased: so that what was still on its way does not bring them back.

Kept for longer than anything can be on its way, and then forgotten: an alias is a pseudonym here,
yet a person was promised that nothing of them stays.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Protocol

from functions.core.runtime.dynamodb import batch_get, translated
from functions.core.runtime.values import encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# 7 days of Meta's redelivery, 4 in a queue, 14 in its dead-letter queue, and to spare
KEPT_DAYS = 30


class Tombstones(Protocol):
    def erased(self, aliases: Collection[str]) -> dict[str, int]:
        """Of these pseudonyms the ones that were erased: up to when (epoch ms)."""


class NoTombstones:
    """Of a deployment, or a test, in which nobody was ever erased."""

    def erased(self, _aliases: Collection[str]) -> dict[str, int]:
        return {}


class DynamoTombstones:
    """In the table `ephemeral`."""

    def __init__(self, client: "DynamoDBClient", table: str, *, now_ms: Callable[[], int]) -> None:
        self._client = client
        self._table = table
        self._now_ms = now_ms

    def erased(self, aliases: Collection[str]) -> dict[str, int]:
        """TTL may be days late: what has expired counts no more."""
        wanted = [_key(alias) for alias in dict.fromkeys(aliases)]
        now_s = self._now_ms() // 1000
        found = batch_get(self._client, self._table, wanted, consistent=True)
        return {
            item["pk"].removeprefix("ERASED#"): item["erased_ms"]
            for item in found
            if item["expires_at"] > now_s
        }

    def put(self, erased: Mapping[str, int]) -> None:
        """Again with a later moment it is that one; an earlier one changes nothing that counts."""
        expires_at = self._now_ms() // 1000 + KEPT_DAYS * 86_400
        for alias, at_ms in sorted(erased.items()):
            told = {**_key(alias), "erased_ms": at_ms, "expires_at": expires_at}
            with translated():
                self._client.put_item(TableName=self._table, Item=encode(told))


def _key(alias: str) -> dict[str, str]:
    return {"pk": f"ERASED#{alias}"}
