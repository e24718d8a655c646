"""What a run looks for, and what lies beside it: keys, read in pages, never a scan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.core.retention.due import INDEX, due_position, due_shard
from functions.core.retention.kinds import DataKind
from functions.core.runtime.dynamodb import translated
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# tables in which units of a kind lie, by our own names
TABLES: Mapping[DataKind, str] = {
    DataKind.COMMUNICATIONS: "conversations",
    DataKind.ACCOUNT: "conversations",
    DataKind.CONTACT: "conversations",
    DataKind.CONSENT: "consent",
    DataKind.EXPORT: "compliance",
    DataKind.REQUEST: "compliance",
    DataKind.HOLD: "compliance",
}
# sorts behind every position of that moment and that name, before all others
_NEXT = " "


@dataclass(frozen=True)
class Unit:
    """`at_ms`: what its period is counted from. `place`: in the index, to go on from there."""

    kind: DataKind
    key: Key
    place: str

    @property
    def at_ms(self) -> int:
        return int(self.place[:13])


class Listing:
    """`tables`: our own names → names at AWS."""

    def __init__(self, client: "DynamoDBClient", tables: Mapping[str, str]) -> None:
        self._client = client
        self._tables = tables

    def due(self, kind: DataKind, shard: int, *, before_ms: int, after: str = "") -> Iterator[Unit]:
        """Units counted from before that moment, the oldest first. `after`: a place."""
        name = due_shard(kind, shard)
        for key, place in self._in_shard(TABLES[kind], name, before_ms=before_ms, after=after):
            yield Unit(kind, key, place)

    def shortened(
        self, shard: str, *, before_ms: int, after: str = ""
    ) -> Iterator[tuple[Key, str]]:
        """Messages whose content goes, with their places. `shard`: of a purpose's own."""
        yield from self._in_shard("conversations", shard, before_ms=before_ms, after=after)

    def _in_shard(
        self, table: str, shard: str, *, before_ms: int, after: str
    ) -> Iterator[tuple[Key, str]]:
        condition = "retain_shard = :shard AND retain_at BETWEEN :after AND :before"
        values = {
            ":shard": shard,
            ":after": f"{after}{_NEXT}" if after else "0",
            ":before": due_position(before_ms),
        }
        for item in self._query(table, condition, values, IndexName=INDEX):
            yield Key(item["pk"], item["sk"]), item["retain_at"]

    def at(self, thread: str, at_ms: int) -> Iterator[Key]:
        """What lies on a thread in that very moment."""
        condition = "#thread = :thread AND begins_with(#at, :at)"
        values = {":thread": thread, ":at": f"{due_position(at_ms)}#"}
        for item in self._on_timeline(condition, values):
            yield Key(item["pk"], item["sk"])

    def timeline(self, thread: str, *, before_ms: int | None) -> Iterator[Item]:
        """Keys of what lies on a thread before that moment (None: all), the oldest first."""
        condition, values = "#thread = :thread", {":thread": thread}
        if before_ms is not None:
            condition += " AND #at < :at"
            values[":at"] = due_position(before_ms)
        yield from self._on_timeline(condition, values)

    def first_from(self, thread: str, at_ms: int) -> str | None:
        """The position of the oldest on a thread that is not before that moment."""
        condition = "#thread = :thread AND #at >= :at"
        values = {":thread": thread, ":at": due_position(at_ms)}
        found = next(self._on_timeline(condition, values, Limit=1), None)
        return None if found is None else str(found["at"])

    def partition(self, table: str, pk: str, *, below: str = "") -> Iterator[Key]:
        """Keys of the items of a partition, of those whose sort key begins so."""
        condition, values = "pk = :pk", {":pk": pk}
        if below:
            condition += " AND begins_with(sk, :sk)"
            values[":sk"] = below
        told = {"ProjectionExpression": "pk, sk", "ConsistentRead": True}
        for item in self._query(table, condition, values, **told):
            yield Key(item["pk"], item["sk"])

    def _on_timeline(
        self, condition: str, values: Mapping[str, str], **more: Any
    ) -> Iterator[Item]:
        names = {"#thread": "thread"} | ({"#at": "at"} if "#at" in condition else {})
        told = {"IndexName": "timeline", "ExpressionAttributeNames": names}
        return self._query("conversations", condition, values, **told, **more)

    def _query(
        self, table: str, condition: str, values: Mapping[str, str], **more: Any
    ) -> Iterator[Item]:
        request: dict[str, Any] = {
            "TableName": self._tables[table],
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": encode(values),
            **more,
        }
        while True:
            with translated():
                page = self._client.query(**request)
            yield from map(decode, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
