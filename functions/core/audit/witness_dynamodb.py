"""`Records` of a witness on its table: one item for each log."""

from typing import TYPE_CHECKING

from functions.core.audit.witnessing import Seen
from functions.core.runtime.dynamodb import translated, updated
from functions.core.runtime.expression import Expression
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoRecords:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def last(self, origin: str) -> Seen | None:
        with translated():
            answer = self._client.get_item(
                TableName=self._table, Key=encode(_key(origin)), ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        item = decode(answer["Item"])
        return Seen(item["size"], item["root"])

    def move(self, origin: str, old: Seen | None, new: Seen) -> bool:
        """A request that is sent again because its answer got lost finds itself, and is refused."""
        expression = Expression()
        expression.expect("size", old and old.size)
        expression.expect("root", old and old.root)
        expression.set("size", new.size)
        expression.set("root", new.root)
        return updated(self._client, expression.update(self._table, _key(origin)))


def _key(origin: str) -> dict[str, str]:
    return {"pk": f"LOG#{origin}"}
