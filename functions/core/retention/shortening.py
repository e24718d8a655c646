"""Content that is kept for some days only: taken out of messages that stay.

What goes is found through the index `retention`, where such messages have shards of their own, the
oldest first: a run reads nothing that is not due. Legal holds stop it as they stop deletions.
Every call may be repeated, may die anywhere, and may run beside itself: objects are erased after
the message said that it no longer has them, and before it leaves the index.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from functions.core.consent.vocabulary import Purpose
from functions.core.conversations.minimising import Keep, Minimising, content_shard
from functions.core.conversations.model import SPOKEN, facts_digest, moment_ms, split_thread
from functions.core.holds.guard import Guards
from functions.core.retention.due import INDEX, due_position
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SEALED = ("sealed", "ref")
# names of objects that are still to be erased
_LEFT = "erasing"


class Erasing(Protocol):
    def erase(self, name: str) -> None:
        """With every version there is: nothing of it is left."""


class Shortener:
    """Of the table `conversations`, as it lies there: nothing is opened."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        guards: Guards,
        blobs: Erasing,
        minimising: Minimising,
        now_ms: Callable[[], int],
    ) -> None:
        self._client = client
        self._table = table
        self._records = DynamoRecords(client, table)
        self._guards = guards
        self._blobs = blobs
        self._minimising = minimising
        self._now_ms = now_ms

    def run(self, shard: int, *, goes_on: Callable[[], bool]) -> Counter[str]:
        """Messages of one shard that were `shortened`, and those that stay: `held`, `changed`.

        `goes_on`: asked before each; a run that stops early is taken up by the next.
        """
        done: Counter[str] = Counter()
        for purpose in sorted(self._minimising.days):
            for key in self._due(purpose, shard):
                if not goes_on():
                    return done
                done[self.shorten(key)] += 1
        return done

    def shorten(self, key: Key) -> str:
        item = self._records.load([key], consistent=True).get(key)
        if item is None or "retain_at" not in item:
            return "changed"  # deleted meanwhile, or done by somebody else
        if _LEFT not in item:
            phone_number_id, node = split_thread(item["thread"])
            guard = self._guards.read([node])[node]
            if guard.held_by(phone_number_id=phone_number_id, at_ms=moment_ms(item["at"])):
                return "held"
            changes = _shortened(item)
            if not self._transact(item, key, changes, self._guards.conditions([guard])):
                return "changed"  # a hold was placed, or something was told, meanwhile
            item = {**item, **changes}
        for name in item[_LEFT]:
            self._blobs.erase(name)
        self._leave(key, item["retain_at"])
        return "shortened"

    def _due(self, purpose: Purpose, shard: int) -> Iterator[Key]:
        before_ms = self._minimising.ends_before(purpose, self._now_ms())
        if before_ms is None:
            return
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": "retain_shard = :shard AND retain_at < :before",
            "ExpressionAttributeValues": encode(
                {":shard": content_shard(purpose, shard), ":before": due_position(before_ms)}
            ),
        }
        while True:
            with translated():
                page = self._client.query(**request)
            for item in map(decode, page["Items"]):
                yield Key(item["pk"], item["sk"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _transact(
        self, item: Item, key: Key, changes: Mapping[str, Any], conditions: list[Any]
    ) -> bool:
        expression = Expression()
        expression.expect("digest", item["digest"])
        expression.expect("retain_at", item["retain_at"])
        for name, value in changes.items():
            expression.set(name, value)
        expression.remove("sealed_intent")
        update: Any = {"Update": expression.update(self._table, key._asdict())}
        try:
            with translated():
                self._client.transact_write_items(TransactItems=[update, *conditions])
        except ClientError:
            return False
        return True

    def _leave(self, key: Key, retain_at: str) -> None:
        expression = Expression()
        expression.expect("retain_at", retain_at)
        for name in ("retain_shard", "retain_at", _LEFT):
            expression.remove(name)
        self._records.update(expression, key)


def _shortened(item: Item) -> dict[str, Any]:
    """Attributes of a message without its content, with what is then to be erased."""
    facts = {fact_id: _without_content(fact) for fact_id, fact in item["facts"].items()}
    spoken = [fact for fact in item["facts"].values() if fact["kind"] in SPOKEN]
    return {
        "facts": facts,
        "digest": facts_digest(facts),
        _LEFT: sorted({fact["ref"] for fact in spoken if "ref" in fact}),
        **({"withheld": Keep.SHORTENED.value} if "send_state" in item else {}),
    }


def _without_content(fact: Mapping[str, Any]) -> dict[str, Any]:
    if fact["kind"] not in SPOKEN or "withheld" in fact:
        return dict(fact)
    left = {name: value for name, value in fact.items() if name not in _SEALED}
    return {**left, "withheld": Keep.SHORTENED.value}
