"""Phone numbers that pause, and the pace at which they send, in DynamoDB."""

from typing import TYPE_CHECKING

from functions.core.runtime.dynamodb import DynamoRecords, updated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Key
from functions.core.sending.store import Channel

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoChannels:
    """`ChannelStore` on the conversations table, one record a phone number id."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._records = DynamoRecords(client, table)

    def read(self, phone_number_id: str) -> Channel | None:
        key = _key(phone_number_id)
        item = self._records.load([key]).get(key)
        if item is None or "until_ms" not in item:
            return None
        return Channel(reason=item["reason"], until_ms=item["until_ms"], stopped=item["stopped"])

    def hold(self, phone_number_id: str, channel: Channel) -> None:
        expression = Expression()
        expression.set("reason", channel.reason)
        expression.set("until_ms", channel.until_ms)
        expression.set("stopped", channel.stopped)
        self._records.update(expression, _key(phone_number_id))

    def probe(self, phone_number_id: str, seen: Channel, next_ms: int) -> bool:
        expression = Expression()
        expression.expect("until_ms", seen.until_ms)
        expression.set("until_ms", next_ms)
        return self._records.update(expression, _key(phone_number_id))

    def clear(self, phone_number_id: str) -> None:
        expression = Expression()
        for name in ("reason", "until_ms", "stopped"):
            expression.remove(name)
        self._records.update(expression, _key(phone_number_id))


class DynamoPace:
    """`PaceStore` on the ephemeral table: counters that expire."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def take(self, bucket: str, *, limit: int, expires_s: int) -> bool:
        expression = Expression()
        expression.add("used", 1)
        expression.set("expires_at", expires_s)
        expression.below("used", limit)
        request = expression.update(self._table, {"pk": f"PACE#{bucket}"})
        return updated(self._client, request)


def _key(phone_number_id: str) -> Key:
    return Key(f"CHANNEL#{phone_number_id}", "CHANNEL")
