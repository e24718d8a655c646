"""The tables as the data stack makes them; tests/infra holds the template to the same schema."""

from typing import Any

from functions.core.content.epoch_dynamodb import DynamoEpochs
from functions.core.content.keystore import Epoch
from functions.core.content.kms import epoch_context

RETENTION = {"retention": ("retain_shard", "retain_at")}
INDEXES = {
    "timeline": ("thread", "at"),
    "recent": ("recent_shard", "last_at"),
    "due": ("due_shard", "due_at"),
    **RETENTION,
}


def conversations_schema() -> dict[str, Any]:
    return _indexed(INDEXES)


def _indexed(indexes: dict[str, tuple[str, str]]) -> dict[str, Any]:
    names = ["pk", "sk", *(name for pair in indexes.values() for name in pair)]
    return {
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in names],
        "KeySchema": _keys("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index,
                "KeySchema": _keys(*pair),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, pair in indexes.items()
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


def ephemeral_schema() -> dict[str, Any]:
    return {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": _keys("pk"),
        "BillingMode": "PAY_PER_REQUEST",
    }


def content_keys_schema() -> dict[str, Any]:
    names = ["pk", "epoch_shard"]
    return {
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in names],
        "KeySchema": _keys("pk"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by_epoch",
                "KeySchema": _keys("epoch_shard", "pk"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


def compliance_schema() -> dict[str, Any]:
    return _indexed({**RETENTION, "listed": ("listed", "listed_at")})


def consent_schema() -> dict[str, Any]:
    return _indexed(RETENTION)


def outbox_schema() -> dict[str, Any]:
    return ephemeral_schema()


def witness_schema() -> dict[str, Any]:
    return ephemeral_schema()


def _keys(partition: str, sort: str | None = None) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else keys


def create(client: Any) -> None:
    client.create_table(TableName="conversations", **conversations_schema())
    client.create_table(TableName="ephemeral", **ephemeral_schema())
    client.create_table(TableName="keys", **content_keys_schema())
    client.create_table(TableName="compliance", **compliance_schema())
    client.create_table(TableName="consent", **consent_schema())
    client.create_table(TableName="outbox", **outbox_schema())
    client.create_table(TableName="witness", **witness_schema())


def open_epoch(dynamodb: Any, kms: Any, table: str = "keys", number: int = 1) -> Epoch:
    """What the epoch workflow leaves behind: a KMS key of the epoch's own, and its wrapped root."""
    arn = kms.create_key(Description=f"epoch {number}")["KeyMetadata"]["Arn"]
    root = kms.generate_data_key(
        KeyId=arn, KeySpec="AES_256", EncryptionContext=epoch_context(number)
    )
    epoch = Epoch(number, arn, root["CiphertextBlob"], opened_ms=0)
    epochs = DynamoEpochs(dynamodb, table)
    before = epochs.current()
    assert epochs.open(epoch, after=before.epoch if before else None, now_ms=0)
    return epoch
