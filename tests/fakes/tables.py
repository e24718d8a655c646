"""The tables as the data stack makes them; tests/infra holds the template to the same schema."""

from typing import Any

INDEXES = {
    "timeline": ("thread", "at"),
    "recent": ("recent_shard", "last_at"),
    "due": ("due_shard", "due_at"),
}


def conversations_schema() -> dict[str, Any]:
    names = ["pk", "sk", *(name for pair in INDEXES.values() for name in pair)]
    return {
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in names],
        "KeySchema": _keys("pk", "sk"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index,
                "KeySchema": _keys(*pair),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, pair in INDEXES.items()
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }


def ephemeral_schema() -> dict[str, Any]:
    return {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": _keys("pk"),
        "BillingMode": "PAY_PER_REQUEST",
    }


def _keys(partition: str, sort: str | None = None) -> list[dict[str, str]]:
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return [*keys, {"AttributeName": sort, "KeyType": "RANGE"}] if sort else keys


def create(client: Any) -> None:
    client.create_table(TableName="conversations", **conversations_schema())
    client.create_table(TableName="ephemeral", **ephemeral_schema())
