"""`Outbox` on its table: entries on their way to the log, which takes them from the stream."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.writer import Parcel
from functions.core.runtime.dynamodb import translated
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# an item is on its way for seconds; it stays for as long as somebody may have to look for it
KEPT_DAYS = 30


def registry_key(function: str) -> dict[str, str]:
    return {"pk": f"WRITERS#{function}"}


class DynamoOutbox:
    def __init__(self, client: "DynamoDBClient", table: str, *, now_ms: Callable[[], int]) -> None:
        self._client = client
        self._table = table
        self._now_ms = now_ms

    def open(self, function: str) -> int:
        """One write, so that the stream tells of every writer, also of one that dies at once."""
        try:
            with translated():
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=encode(registry_key(function)),
                    UpdateExpression="ADD #number :one SET #function = :function",
                    ExpressionAttributeNames={"#number": "number", "#function": "function"},
                    ExpressionAttributeValues=encode({":one": 1, ":function": function}),
                    ReturnValues="UPDATED_NEW",
                )
        except ClientError as error:
            raise StoreUnavailableError("a writer could not be opened") from error
        return int(decode(answer["Attributes"])["number"])

    def put(self, parcel: Parcel) -> bool:
        request = self.action(parcel)["Put"]
        try:
            with translated():
                self._client.put_item(**request, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except ClientError as error:
            # a request whose answer got lost is sent again, and then finds its own item
            item: Any = error.response.get("Item") or {}
            return _is_from(decode(item), parcel)
        return True

    def action(self, parcel: Parcel) -> Any:
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode(
                    {
                        "pk": parcel.key,
                        "writer": parcel.writer,
                        "seq": parcel.first,
                        "entries": list(parcel.entries),
                        "expires_at": self._now_ms() // 1000 + KEPT_DAYS * 86_400,
                    }
                ),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }


def _is_from(item: dict[str, Any], parcel: Parcel) -> bool:
    return (item.get("writer"), item.get("seq")) == (parcel.writer, parcel.first)
