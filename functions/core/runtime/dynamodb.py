"""DynamoDB behind our own words: items as plain Python values, errors translated once."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key, Write
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH_GET_LIMIT = 100  # keys in one BatchGetItem (API reference, 2026)
_UNPROCESSED_ROUNDS = 8


@contextmanager
def translated() -> Iterator[None]:
    """Everything but a failed condition is "the store is unavailable"; details stay out."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("ConditionalCheckFailedException", "TransactionCanceledException"):
            raise
        raise StoreUnavailableError(f"DynamoDB refused: {code}") from error
    except BotoCoreError as error:
        raise StoreUnavailableError(f"DynamoDB unreachable: {type(error).__name__}") from error


def batch_get(
    client: "DynamoDBClient", table: str, keys: Iterable[Mapping[str, str]], *, consistent: bool
) -> Iterator[Item]:
    """The items that exist, in whatever order."""
    remaining = iter(keys)
    while batch := list(islice(remaining, _BATCH_GET_LIMIT)):
        request: dict[str, Any] = {
            table: {"Keys": [encode(key) for key in batch], "ConsistentRead": consistent}
        }
        for attempt in range(_UNPROCESSED_ROUNDS):
            with translated():
                answer = client.batch_get_item(RequestItems=request)
            yield from (decode(item) for item in answer["Responses"].get(table, []))
            request = answer.get("UnprocessedKeys") or {}
            if not request:
                break
            time.sleep(min(0.05 * 2**attempt, 2))
        else:
            raise StoreUnavailableError("DynamoDB keeps returning unprocessed keys")


class DynamoRecords:
    """`RecordStore` over one table with string keys `pk` and `sk`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def load(self, keys: Collection[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = [key._asdict() for key in dict.fromkeys(keys)]
        items = batch_get(self._client, self._table, wanted, consistent=consistent)
        return {Key(item["pk"], item["sk"]): item for item in items}

    def write(self, write: Write) -> bool:
        expression = Expression()
        expression.expect("digest", write.expected)
        for name, value in write.attributes.items():
            expression.set(name, value)
        return self.update(expression, write.key)

    def update(self, expression: Expression, key: Key) -> bool:
        return updated(self._client, expression.update(self._table, key._asdict()))

    def changed(self, expression: Expression, key: Key) -> Item | None:
        """The item after the update; None when its condition does not hold."""
        request = expression.update(self._table, key._asdict())
        try:
            with translated():
                answer = self._client.update_item(**request, ReturnValues="ALL_NEW")
        except ClientError:
            return None
        return decode(answer["Attributes"])


def updated(client: "DynamoDBClient", request: dict[str, Any]) -> bool:
    """Run an update; False when its condition does not hold."""
    try:
        with translated():
            client.update_item(**request)
    except ClientError:
        return False
    return True
