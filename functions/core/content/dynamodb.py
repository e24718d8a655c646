"""`KeyStore` on the keys table."""

import zlib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Writer
from functions.core.content.keystore import Epoch, EpochState, StoredKey
from functions.core.runtime.dynamodb import batch_get, translated, updated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item
from functions.core.runtime.values import encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Spread of the index by epoch: one index partition takes 1,000 writes a second.
SHARDS = 8

CURRENT = {"pk": "EPOCH"}


def key_item(key_id: str) -> dict[str, str]:
    return {"pk": f"KEY#{key_id}"}


def epoch_item(number: int) -> dict[str, str]:
    return {"pk": f"EPOCH#{number}"}


def epoch_shard(number: int, shard: int) -> str:
    return f"{number}#{shard}"


def shard_of(key_id: str) -> int:
    return zlib.crc32(key_id.encode()) % SHARDS


class DynamoKeys:
    def __init__(self, client: "DynamoDBClient", table: str, audit: Writer) -> None:
        self._client = client
        self._table = table
        self._audit = audit

    def load(self, ids: Collection[str], *, consistent: bool = False) -> dict[str, StoredKey]:
        wanted = [key_item(key_id) for key_id in dict.fromkeys(ids)]
        items = batch_get(self._client, self._table, wanted, consistent=consistent)
        return {key.id: key for key in map(stored_key, items)}

    def create(self, key: StoredKey, *, replaces: StoredKey | None) -> bool:
        epoch = Expression()
        epoch.expect("state", EpochState.OPEN.value)
        before = Expression()
        before.expect("version", replaces.version if replaces else None)
        before.expect("wrapped_key", None)
        # a hold that was placed since would be lost with the item
        before.expect("holds", set(replaces.holds) or None if replaces else None)
        condition = before.check(self._table, {})
        del condition["Key"]
        actions: list[Any] = [
            {"ConditionCheck": epoch.check(self._table, epoch_item(key.epoch))},
            {"Put": {**condition, "Item": encode(_item(key))}},
        ]

        def transact(put: Any) -> bool:
            try:
                with translated():
                    self._client.transact_write_items(TransactItems=[*actions, put])
            except ClientError:
                return False
            return True

        return self._audit.within(_created(key), transact)

    def destroy(self, key: StoredKey, *, now_ms: int) -> bool:
        if key.wrapped is None:  # done before
            return False
        return updated(self._client, destruction(key, self._table, now_ms=now_ms))

    def hold(self, key_id: str, hold_id: str) -> bool:
        expression = Expression()
        expression.expect_any("pk")
        expression.add("holds", {hold_id})
        return updated(self._client, expression.update(self._table, key_item(key_id)))

    def release(self, key_id: str, hold_id: str) -> None:
        expression = Expression()
        expression.expect_any("pk")
        expression.discard("holds", {hold_id})
        updated(self._client, expression.update(self._table, key_item(key_id)))

    def epoch(self, number: int) -> Epoch | None:
        found = list(batch_get(self._client, self._table, [epoch_item(number)], consistent=True))
        return stored_epoch(found[0]) if found else None

    def current_epoch(self) -> Epoch | None:
        found = list(batch_get(self._client, self._table, [CURRENT], consistent=True))
        return self.epoch(found[0]["number"]) if found else None


def destruction(key: StoredKey, table: str, *, now_ms: int) -> dict[str, Any]:
    """The update that forgets a wrapped key, if it is still this one and no hold keeps it."""
    expression = Expression()
    expression.expect("version", key.version)
    expression.expect("wrapped_key", key.wrapped)
    expression.expect("holds", None)
    gone = {**key.destroyed, key.version: now_ms}
    expression.set("destroyed", {str(version): ms for version, ms in gone.items()})
    expression.remove("wrapped_key")
    expression.remove("epoch_shard")  # nothing of it is left to be wrapped anew
    return expression.update(table, key_item(key.id))


def stored_key(item: Item) -> StoredKey:
    return StoredKey(
        id=item["pk"].removeprefix("KEY#"),
        version=item["version"],
        epoch=item["epoch"],
        wrapped=item.get("wrapped_key"),
        created_ms=item["created_ms"],
        destroyed={int(version): ms for version, ms in item.get("destroyed", {}).items()},
        holds=frozenset(item.get("holds", ())),
    )


def stored_epoch(item: Item) -> Epoch:
    return Epoch(
        number=item["number"],
        kms_key=item["kms_key"],
        wrapped_root=item["wrapped_root"],
        opened_ms=item["opened_ms"],
        state=EpochState(item["state"]),
    )


# keys that are no person's: of an account, an upload, an export or import, a hold, a request
_NOBODYS = ("account", "business", "export", "import", "hold", "request")


def owner_of(key_id: str) -> str:
    """The alias whose owner's key it is; "" for one that is no person's."""
    owner = key_id.partition("~")[0]
    return "" if owner in _NOBODYS else owner


def _created(key: StoredKey) -> Event:
    owner = owner_of(key.id)
    return Event(
        action=Action.KEY_CREATED,
        by=Actor(kind="system", id="keyring"),
        on=(owner,) if owner else (),
        what="" if key.id.startswith("account~") else f"key/{key.id}",
        facts={"version": key.version, "epoch": key.epoch},
    )


def _item(key: StoredKey) -> Item:
    return {
        **key_item(key.id),
        "version": key.version,
        "epoch": key.epoch,
        "wrapped_key": key.wrapped,
        "created_ms": key.created_ms,
        "destroyed": {str(version): ms for version, ms in key.destroyed.items()},
        "epoch_shard": epoch_shard(key.epoch, shard_of(key.id)),
        **({"holds": set(key.holds)} if key.holds else {}),
    }
