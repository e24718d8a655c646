"""DynamoDB behind our own words: items as plain Python values, errors translated once."""

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.records import Item, Key, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SERIALIZER, _DESERIALIZER = TypeSerializer(), TypeDeserializer()
_BATCH_GET_LIMIT = 100  # keys in one BatchGetItem (API reference, 2026)
_UNPROCESSED_ROUNDS = 8


def encode(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _SERIALIZER.serialize(value) for name, value in values.items()}


def decode(item: Mapping[str, Any]) -> Item:
    return {name: _plain(_DESERIALIZER.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value


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


class DynamoRecords:
    """`RecordStore` over one table with string keys `pk` and `sk`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def load(self, keys: Collection[Key], *, consistent: bool = False) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        remaining = iter(dict.fromkeys(keys))
        while batch := list(islice(remaining, _BATCH_GET_LIMIT)):
            for item in self._batch_get(batch, consistent=consistent):
                found[Key(item["pk"], item["sk"])] = item
        return found

    def _batch_get(self, keys: list[Key], *, consistent: bool) -> Iterator[Item]:
        request: dict[str, Any] = {
            self._table: {"Keys": [encode(k._asdict()) for k in keys], "ConsistentRead": consistent}
        }
        for attempt in range(_UNPROCESSED_ROUNDS):
            with translated():
                answer = self._client.batch_get_item(RequestItems=request)
            for item in answer["Responses"].get(self._table, []):
                yield decode(item)
            request = answer.get("UnprocessedKeys") or {}
            if not request:
                return
            time.sleep(min(0.05 * 2**attempt, 2))
        raise StoreUnavailableError("DynamoDB keeps returning unprocessed keys")

    def write(self, write: Write) -> bool:
        names, values, assignments = {"#digest": "digest"}, {}, []
        for index, (name, value) in enumerate(sorted(write.attributes.items())):
            names[f"#a{index}"], values[f":a{index}"] = name, value
            assignments.append(f"#a{index} = :a{index}")
        condition = "attribute_not_exists(#digest)"
        if write.expected is not None:
            condition, values[":expected"] = "#digest = :expected", write.expected
        try:
            with translated():
                self._client.update_item(
                    TableName=self._table,
                    Key=encode(write.key._asdict()),
                    UpdateExpression="SET " + ", ".join(assignments),
                    ConditionExpression=condition,
                    ExpressionAttributeNames=names,
                    ExpressionAttributeValues=encode(values),
                )
        except ClientError:
            return False
        return True
