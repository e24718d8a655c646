"""Batches of what was deleted: each is stored in the transaction that deletes, or not at all.

So what a run says it deleted is what it deleted, wherever it died, and objects are erased whose
records are gone: S3 is part of no transaction. A batch is kept until it has been told of.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Batch:
    """`counts`: by store. `ids`: of records. `objects`: in the media bucket, still to be erased."""

    counts: Counter[str]
    ids: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    key: Key = field(default=Key("", ""), compare=False)


class Batches:
    """In the table `compliance`. `run`: the retention run or the request that deletes."""

    def __init__(
        self, client: "DynamoDBClient", table: str, *, run: str, new_id: Callable[[], str]
    ) -> None:
        self._client = client
        self._table = table
        self._records = DynamoRecords(client, table)
        self._run = run
        self._new_id = new_id

    def new(
        self, shard: int, *, counts: Counter[str], ids: Sequence[str], objects: Sequence[str]
    ) -> Batch:
        key = Key(_partition(self._run, shard), self._new_id())
        return Batch(counts=counts, ids=tuple(ids), objects=tuple(objects), key=key)

    def action(self, batch: Batch) -> Any:
        """Part of the transaction that deletes."""
        item = {
            **batch.key._asdict(),
            "counts": dict(batch.counts),
            "ids": list(batch.ids),
            **({"objects": list(batch.objects)} if batch.objects else {}),
        }
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def erased(self, batch: Batch) -> None:
        """The objects of a batch are gone."""
        expression = Expression()
        expression.condition("attribute_exists(objects) AND size(objects) > {}", 0)
        expression.remove("objects")
        self._records.update(expression, batch.key)

    def of(self, shard: int) -> Iterator[Batch]:
        """What was deleted in this run behind the guards of that shard, and not yet told of."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": encode({":pk": _partition(self._run, shard)}),
            "ConsistentRead": True,
        }
        while True:
            with translated():
                page = self._client.query(**request)
            yield from (_batch(decode(item)) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def told(self, batch: Batch) -> None:
        """What it says stands in a disposition by now."""
        with translated():
            self._client.delete_item(TableName=self._table, Key=encode(batch.key._asdict()))


def _partition(run: str, shard: int) -> str:
    return f"DISPOSED#{run}#{shard}"


def _batch(item: Item) -> Batch:
    return Batch(
        counts=Counter(item["counts"]),
        ids=tuple(item["ids"]),
        objects=tuple(item.get("objects", ())),
        key=Key(item["pk"], item["sk"]),
    )
