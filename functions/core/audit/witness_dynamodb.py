"""`Cosigned` on a table of the witness's own: one item for each log."""

from typing import TYPE_CHECKING

from functions.core.audit.note import Checkpoint, checkpoint_from
from functions.core.runtime.dynamodb import translated, updated
from functions.core.runtime.expression import Expression
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoCosigned:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def last(self, origin: str) -> Checkpoint | None:
        with translated():
            answer = self._client.get_item(
                TableName=self._table, Key=encode(_key(origin)), ConsistentRead=True
            )
        item = decode(answer.get("Item", {}))
        return checkpoint_from(item["note"]) if item else None

    def move(self, checkpoint: Checkpoint, before: Checkpoint | None) -> bool:
        """The whole note is kept: with the log's signature it is evidence against a fork."""
        change = Expression()
        change.expect("size", before.size if before else None)
        change.expect("root", before.root if before else None)
        change.set("size", checkpoint.size)
        change.set("root", checkpoint.root)
        change.set("note", checkpoint.note)
        return updated(self._client, change.update(self._table, _key(checkpoint.origin)))


def _key(origin: str) -> dict[str, str]:
    return {"pk": f"LOG#{origin}"}
