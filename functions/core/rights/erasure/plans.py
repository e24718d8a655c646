"""An erasure that has begun: whose aliases, up to when. Kept until its request itself goes.

The person is worked out once: while they are erased, what the directory knows of them gets less.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.core.rights.erasure.ledger import Entry, entry_from
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`unnamed_ms`: since when no alias points to the person any more."""

    entry: Entry
    unnamed_ms: int | None = None


class DynamoPlans:
    """In the table `compliance`, beside the request."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._records = DynamoRecords(client, table)

    def load(self, request_id: str) -> Plan | None:
        key = _key(request_id)
        item = self._records.load([key], consistent=True).get(key)
        if item is None:
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


def _key(request_id: str) -> Key:
    return Key(f"RIGHTS#{request_id}", "ERASURE")
