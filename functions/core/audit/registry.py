"""How many writers of each function there are: what the outbox says, beside what came through."""

from typing import TYPE_CHECKING

from functions.core.audit.outbox import registry_key
from functions.core.runtime.dynamodb import batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# every function that writes entries
WRITERS = (
    "access",
    "archive_api",
    "archiver",
    "audit_api",
    "consent_api",
    "consent_importer",
    "disclosure",
    "epoch",
    "erasure",
    "exporter",
    "holder",
    "holds_api",
    "inbound",
    "media",
    "media_api",
    "messages_api",
    "rights",
    "rights_api",
    "retention",
    "retention_api",
    "sender",
    "webhook",
)


def writers(client: "DynamoDBClient", table: str) -> dict[str, int]:
    """Only of functions that have had one."""
    keys = [registry_key(function) for function in WRITERS]
    items = batch_get(client, table, keys, consistent=True)
    return {item["function"]: item["number"] for item in items}
