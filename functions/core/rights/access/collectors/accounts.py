"""Updates about the business's account that name the person, such as a changed user id."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from functions.core.content.errors import KeyDestroyedError
from functions.core.content.records import Sealing
from functions.core.conversations.read_facts import moment_of
from functions.core.conversations.read_store import BlobSource
from functions.core.rights.access.model import Json, Line
from functions.core.rights.subject import Subject
from functions.core.runtime.dynamodb import translated
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class AccountUpdates:
    """There are few of them: all of an account are looked at, by the key they are sealed under."""

    def __init__(
        self,
        *,
        client: "DynamoDBClient",
        table: str,
        sealing: Sealing,
        blobs: BlobSource,
        accounts: Sequence[str],
    ) -> None:
        self._client = client
        self._table = table
        self._sealing = sealing
        self._blobs = blobs
        self._accounts = accounts

    def collect(self, subject: Subject) -> Iterator[Line]:
        for account in self._accounts:
            for item in self._all(f"ACCOUNT#{account}"):
                node = str(item.get("key", "")).partition("~")[0]
                if subject.owns(node, int(item["at_ms"])):
                    yield self._line(item)

    def _line(self, item: Item) -> Line:
        key = Key(item["pk"], item["sk"])
        opened = self._sealing.opened({key: item})[key]
        told: Json = {"type": item["field"], "timestamp": moment_of(item["at_ms"])}
        raw = self._raw(opened)
        if raw is None:
            told |= {"content": {}, "is_destroyed": True}
        else:
            told |= {"content": json.loads(raw).get("update", {}), "is_destroyed": False}
        return Line("account_updates", item["sk"], told, name=f"a:{key.pk}|{key.sk}")

    def _raw(self, item: Item) -> str | None:
        if "raw" in item:
            return str(item["raw"])
        if "ref" not in item:
            return None
        try:
            blob = self._blobs.get(item["ref"], key_id=item["key"])
        except KeyDestroyedError:
            return None
        return None if blob is None else blob.decode()

    def _all(self, partition: str) -> Iterator[Item]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": encode({":pk": partition}),
        }
        while True:
            with translated():
                page = self._client.query(**request)
            yield from (decode(item) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
