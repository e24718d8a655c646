"""Which holds keep which objects of the archive. An object is unlocked when the last is gone.

In the table `compliance`: `HELD#<object>`, the holds that keep it; `HOLD#<id>`, `OBJECT#<object>`,
the objects that a hold keeps. Both are written in one transaction, while the hold is in force.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.holds.model import IN_FORCE, hold_key
from functions.core.holds.store import transacted
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SK = "OBJECT#"
# sorts behind every name
_LAST = "\U0010ffff"


class DynamoClaims:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._records = DynamoRecords(client, table)

    def claim(self, hold_id: str, name: str) -> bool:
        """False when the hold is not in force any more. May be repeated."""
        in_force = Expression()
        in_force.expect_one_of("state", [state.value for state in IN_FORCE])
        held = Expression()
        held.add("holds", {hold_id})
        actions: list[Any] = [
            {"ConditionCheck": in_force.check(self._table, hold_key(hold_id)._asdict())},
            {"Update": held.update(self._table, _held(name)._asdict())},
            {"Put": {"TableName": self._table, "Item": encode(_object(hold_id, name)._asdict())}},
        ]
        return transacted(self._client, actions)

    def release(self, hold_id: str, name: str) -> None:
        expression = Expression()
        expression.discard("holds", {hold_id})
        self._records.update(expression, _held(name))

    def forget(self, hold_id: str, name: str) -> None:
        """The last step: until then the object is found again by whoever repeats the lifting."""
        unclaimed = Expression()
        unclaimed.expect("holds", None)
        with suppress(ClientError), translated():
            self._client.delete_item(**unclaimed.check(self._table, _held(name)._asdict()))
        with translated():
            self._client.delete_item(
                TableName=self._table, Key=encode(_object(hold_id, name)._asdict())
            )

    def is_held(self, name: str) -> bool:
        item = self._records.load([_held(name)], consistent=True).get(_held(name), {})
        return bool(item.get("holds"))

    def names(self, hold_id: str, *, after: str = "", until: str = _LAST) -> Iterator[str]:
        """Of the objects that a hold keeps, in order; `until` is one of them."""
        values = {":pk": hold_key(hold_id).pk, ":after": f"{_SK}{after}", ":until": _SK + until}
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :after AND :until",
            "ExpressionAttributeValues": encode(values),
            "ConsistentRead": True,
        }
        while True:
            with translated():
                page = self._client.query(**request)
            found = [decode(item)["sk"].removeprefix(_SK) for item in page["Items"]]
            yield from (name for name in found if name > after)
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def count(self, hold_id: str) -> int:
        return sum(1 for _ in self.names(hold_id))

    def has_any(self, hold_id: str) -> bool:
        return bool(list(islice(self.names(hold_id), 1)))


def _held(name: str) -> Key:
    return Key(f"HELD#{name}", "HELD")


def _object(hold_id: str, name: str) -> Key:
    return Key(hold_key(hold_id).pk, f"{_SK}{name}")
