"""An erasure that has begun: whose aliases, up to when. Kept until its request itself goes.

The person is worked out once: while they are erased, what the directory knows of them gets less.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.core.rights.erasure.certificate import encoded
from functions.core.rights.erasure.ledger import Entry, entry_from
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


LATER = "ERASURE_LATER"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`unnamed_ms`: since when no alias points to the person any more."""

    entry: Entry
    unnamed_ms: int | None = None


class DynamoPlans:
    """In the table `compliance`, beside the request."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._records = DynamoRecords(client, table)

    def load(self, request_id: str) -> Plan | None:
        key = _key(request_id)
        item = self._records.load([key], consistent=True).get(key)
        if item is None or "entry" not in item:
            return None
        return Plan(entry=entry_from(item["entry"].encode()), unnamed_ms=item.get("unnamed_ms"))

    def create(self, entry: Entry) -> Plan:
        """The plan that counts: this one, or the one that was there before."""
        expression = Expression()
        expression.expect("entry", None)
        expression.set("entry", entry.encoded().decode())
        self._records.update(expression, _key(entry.request))
        stored = self.load(entry.request)
        assert stored is not None  # noqa: S101 - it was just written, by us or before us
        return stored

    def note_unnamed(self, request_id: str, at_ms: int) -> None:
        expression = Expression()
        expression.expect("unnamed_ms", None)
        expression.set("unnamed_ms", at_ms)
        self._records.update(expression, _key(request_id))

    def certificate(self, request_id: str, name: str) -> dict[str, Any] | None:
        key = _key(request_id)
        item = self._records.load([key], consistent=True).get(key, {})
        return json.loads(item[name]) if name in item else None

    def certified(self, request_id: str, name: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """The certificate of this name that counts: this one, or the one that was there before."""
        expression = Expression()
        expression.expect(name, None)
        expression.set(name, encoded(told).decode())
        self._records.update(expression, _key(request_id))
        return self.certificate(request_id, name) or dict(told)

    def postpone(self, request_id: str, contact_id: str, at_ms: int) -> None:
        """A hold stands against it: it is tried again until the hold is lifted."""
        expression = Expression()
        expression.set("listed", LATER)
        expression.set("listed_at", f"{at_ms:013d}#{request_id}")
        expression.set("contact_id", contact_id)
        self._records.update(expression, _key(request_id))

    def is_postponed(self, request_id: str) -> bool:
        key = _key(request_id)
        return "listed" in self._records.load([key], consistent=True).get(key, {})

    def done(self, request_id: str) -> None:
        expression = Expression()
        expression.remove("listed")
        expression.remove("listed_at")
        self._records.update(expression, _key(request_id))

    def postponed(self) -> Iterator[tuple[str, str]]:
        """Requests and the contacts they are about, the longest waiting first."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "listed",
            "KeyConditionExpression": "listed = :later",
            "ExpressionAttributeValues": encode({":later": LATER}),
        }
        while True:
            with translated():
                page = self._client.query(**request)
            keys = [Key(*(decode(item)[name] for name in ("pk", "sk"))) for item in page["Items"]]
            for key, item in self._records.load(keys, consistent=True).items():
                if "listed" in item:
                    yield key.pk.removeprefix("RIGHTS#"), item["contact_id"]
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _key(request_id: str) -> Key:
    return Key(f"RIGHTS#{request_id}", "ERASURE")
