"""`EpochStore` on the keys table."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.content.dynamodb import (
    CURRENT,
    SHARDS,
    epoch_item,
    epoch_shard,
    key_item,
    shard_of,
    stored_epoch,
    stored_key,
)
from functions.core.content.epochs import Turning
from functions.core.content.keystore import Epoch, EpochState, StoredKey
from functions.core.runtime.dynamodb import batch_get, translated, updated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item
from functions.core.runtime.values import encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Far fewer than a transaction may hold (100): one key that changed meanwhile fails all of them.
_TOGETHER = 25
_Pair = tuple[StoredKey, StoredKey]
_FIRST = {"pk": "EPOCHS"}  # the oldest epoch that is not over and proved


class DynamoEpochs:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def turnings(self) -> list[Turning]:
        current = self._number(CURRENT)
        if current is None:
            return []
        first = self._number(_FIRST) or 1
        keys = [epoch_item(number) for number in range(first, current + 1)]
        items = batch_get(self._client, self._table, keys, consistent=True)
        turnings = [_turning(item) for item in items if "proof" not in item]
        return sorted(turnings, key=lambda turning: turning.epoch.number)

    def turning(self, number: int) -> Turning | None:
        found = list(batch_get(self._client, self._table, [epoch_item(number)], consistent=True))
        return _turning(found[0]) if found else None

    def current(self) -> Turning | None:
        number = self._number(CURRENT)
        return None if number is None else self.turning(number)

    def open(self, epoch: Epoch, *, after: Epoch | None, now_ms: int) -> bool:
        pointer = Expression()
        pointer.expect("number", after.number if after else None)
        pointer.set("number", epoch.number)
        actions: list[Any] = [
            {"Update": pointer.update(self._table, CURRENT)},
            {
                "Put": {
                    "TableName": self._table,
                    "Item": encode(_item(epoch)),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
        ]
        if after is not None:
            closing = Expression()
            closing.expect("state", EpochState.OPEN.value)
            closing.set("state", EpochState.CLOSED.value)
            closing.set("closed_ms", now_ms)
            closing.set("successor", epoch.number)
            actions.append({"Update": closing.update(self._table, epoch_item(after.number))})
        return self._transact(actions)

    def under(self, epoch: int, limit: int) -> list[StoredKey]:
        """The index may still list what has moved on: the keys themselves decide."""
        found: list[StoredKey] = []
        for shard in range(SHARDS):
            for ids in self._listed(epoch_shard(epoch, shard), limit):
                items = batch_get(self._client, self._table, ids, consistent=True)
                keys = [stored_key(item) for item in items]
                found += [key for key in keys if key.epoch == epoch and key.wrapped is not None]
                if len(found) >= limit:
                    return found[:limit]
        return found

    def _listed(self, shard: str, at_once: int) -> Iterator[list[dict[str, str]]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_epoch",
            KeyConditionExpression="epoch_shard = :shard",
            ExpressionAttributeValues=encode({":shard": shard}),
            PaginationConfig={"PageSize": at_once},
        )
        with translated():
            for page in pages:
                yield [{"pk": item["pk"]["S"]} for item in page["Items"]]

    def moved(self, before: Sequence[StoredKey], after: Sequence[StoredKey]) -> int:
        pairs = zip(before, after, strict=True)
        count = 0
        for batch in _batches(pairs, _TOGETHER):
            if self._move(batch):
                count += len(batch)
            else:  # one of them changed, or the epoch was closed
                count += sum(self._move([pair]) for pair in batch)
        return count

    def _move(self, pairs: list[_Pair]) -> bool:
        epoch = Expression()
        epoch.expect("state", EpochState.OPEN.value)
        target = epoch_item(pairs[0][1].epoch)
        actions: list[Any] = [{"ConditionCheck": epoch.check(self._table, target)}]
        for before, after in pairs:
            key = Expression()
            key.expect("version", before.version)
            key.expect("wrapped_key", before.wrapped)
            key.set("wrapped_key", after.wrapped)
            key.set("epoch", after.epoch)
            key.set("epoch_shard", epoch_shard(after.epoch, shard_of(after.id)))
            actions.append({"Update": key.update(self._table, key_item(after.id))})
        return self._transact(actions)

    def note_moved(self, epoch: int, count: int, list_name: str) -> None:
        expression = Expression()
        expression.add("moved", count)
        expression.append("lists", list_name)
        updated(self._client, expression.update(self._table, epoch_item(epoch)))

    def note_busy(self, epoch: int, until_ms: int) -> None:
        expression = Expression()
        expression.set("busy_until_ms", until_ms)
        updated(self._client, expression.update(self._table, epoch_item(epoch)))

    def retire(self, epoch: int) -> bool:
        expression = Expression()
        expression.condition("NOT #state = {}", EpochState.OPEN.value)
        expression.set("state", EpochState.RETIRED.value)
        return updated(self._client, expression.update(self._table, epoch_item(epoch)))

    def note_deletion(self, epoch: int, deletion_ms: int) -> None:
        expression = Expression()
        expression.set("deletion_ms", deletion_ms)
        updated(self._client, expression.update(self._table, epoch_item(epoch)))

    def note_proof(self, epoch: int, name: str) -> None:
        expression = Expression()
        expression.set("proof", name)
        updated(self._client, expression.update(self._table, epoch_item(epoch)))
        self._move_on()

    def _move_on(self) -> None:
        """So that looking for unfinished epochs never means looking through all there were."""
        unfinished = self.turnings()
        if unfinished:
            expression = Expression()
            expression.set("number", unfinished[0].epoch.number)
            updated(self._client, expression.update(self._table, _FIRST))

    def _number(self, key: dict[str, str]) -> int | None:
        found = list(batch_get(self._client, self._table, [key], consistent=True))
        return int(found[0]["number"]) if found else None

    def _transact(self, actions: list[Any]) -> bool:
        try:
            with translated():
                self._client.transact_write_items(TransactItems=actions)
        except ClientError:
            return False
        return True


def _turning(item: Item) -> Turning:
    return Turning(
        epoch=stored_epoch(item),
        successor=item.get("successor"),
        closed_ms=item.get("closed_ms"),
        moved=item.get("moved", 0),
        lists=tuple(item.get("lists", ())),
        deletion_ms=item.get("deletion_ms"),
        proof=item.get("proof"),
        busy_until_ms=item.get("busy_until_ms", 0),
    )


def _item(epoch: Epoch) -> Item:
    return {
        **epoch_item(epoch.number),
        "number": epoch.number,
        "kms_key": epoch.kms_key,
        "wrapped_root": epoch.wrapped_root,
        "opened_ms": epoch.opened_ms,
        "state": epoch.state.value,
    }


def _batches(items: Iterator[_Pair], size: int) -> Iterator[list[_Pair]]:
    while batch := list(islice(items, size)):
        yield batch
