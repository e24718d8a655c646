"""`SendingStore` on the conversations table: what is said is sealed, how it is sent is not."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.conversations.model import SHARDS, moment, shard_of
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode
from functions.core.sending.model import SendState
from functions.core.sending.store import Claim, NewIntent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from functions.core.audit.model import Event
    from functions.core.audit.writer import Writer
    from functions.core.content.records import Sealing


def message_key(message_id: str) -> Key:
    return Key(f"MESSAGE#{message_id}", "MESSAGE")


def thread_key(thread: str) -> Key:
    return Key(f"THREAD#{thread}", "THREAD")


class DynamoSending:
    def __init__(
        self, client: "DynamoDBClient", table: str, sealing: "Sealing", audit: "Writer"
    ) -> None:
        self._client = client
        self._table = table
        self._sealing = sealing
        self._audit = audit
        self._records = DynamoRecords(client, table)

    def message(self, message_id: str) -> Item | None:
        key = message_key(message_id)
        return self._sealing.opened(self._records.load([key], consistent=True)).get(key)

    def threads(self, threads: Collection[str]) -> dict[str, Item]:
        keys = {thread_key(thread): thread for thread in threads}
        return {keys[k]: v for k, v in self._records.load(keys, consistent=True).items()}

    def create(self, intent: NewIntent) -> bool:
        key = message_key(intent.message_id)
        put = {**key._asdict(), **self._sealing.sealed(key, intent.attributes)}
        thread = Expression()
        for name, value in intent.thread_attributes.items():
            thread.set(name, value)
        thread.append("pending", intent.message_id)
        thread.set("due_shard", _due_shard(intent.thread))
        thread.set_if_absent("due_at", moment(intent.due_ms, intent.thread))
        thread.expect("digest", intent.thread_digest)
        actions = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": encode(put),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            {"Update": thread.update(self._table, thread_key(intent.thread)._asdict())},
        ]
        return self._transact(actions, intent.entry)

    def claim(self, claim: Claim) -> bool:
        message = Expression()
        message.expect("send_state", SendState.QUEUED.value)
        message.expect("attempt", claim.attempt)
        message.set("send_state", SendState.SENDING.value)
        message.set("attempt", claim.attempt + 1)
        message.set("claimed_ms", claim.now_ms)
        head = Expression()
        head.condition("pending[0] = {}", claim.message_id)
        head.expect("pair_tat_ms", claim.pair_tat_ms)
        head.set("pair_tat_ms", claim.next_pair_tat_ms)
        actions: list[dict[str, Any]] = [
            {"Update": message.update(self._table, message_key(claim.message_id)._asdict())},
        ]
        if claim.window_thread == claim.thread:
            head.condition("window_from_ms > {}", claim.window_after_ms)
        elif claim.window_thread is not None:
            window = Expression()
            window.condition("window_from_ms > {}", claim.window_after_ms)
            check = window.check(self._table, thread_key(claim.window_thread)._asdict())
            actions.append({"ConditionCheck": check})
        actions.append({"Update": head.update(self._table, thread_key(claim.thread)._asdict())})
        return self._transact([*actions, *claim.also], claim.entry)

    def advance(
        self, message_id: str, expected: str, attributes: Mapping[str, Any], entry: "Event"
    ) -> bool:
        told = entry.facts
        name = f"settled {message_id} {told['attempt']} {expected} {told['state']}"
        self._audit.write(entry, key=name)
        expression = Expression()
        expression.expect("send_state", expected)
        key = message_key(message_id)
        for name, value in self._sealing.sealed(key, attributes).items():
            expression.set(name, value)
        if "withheld" in attributes:
            expression.remove("sealed_intent")
        return self._records.update(expression, key)

    def pop(self, thread: str, message_id: str) -> Item | None:
        """The last one also leaves the `due` index; a message that came meanwhile keeps it."""
        for last in (True, False):
            expression = Expression()
            expression.condition("pending[0] = {}", message_id)
            expression.remove("pending[0]")
            if last:
                expression.condition("size(pending) = {}", 1)
                expression.remove("due_at")
                expression.remove("due_shard")
            left = self._records.changed(expression, thread_key(thread))
            if left is not None:
                return left
        return None

    def postpone(self, thread: str, due_ms: int) -> None:
        expression = Expression()
        expression.condition("size(pending) > {}", 0)
        expression.set("due_shard", _due_shard(thread))
        expression.set("due_at", moment(due_ms, thread))
        self._records.update(expression, thread_key(thread))

    def answered(self, threads: Collection[str], after_ms: int, until_ms: int) -> bool:
        for thread in threads:
            with translated():
                page = self._client.query(
                    TableName=self._table,
                    IndexName="timeline",
                    KeyConditionExpression="#thread = :thread AND #at BETWEEN :after AND :until",
                    ExpressionAttributeNames={"#thread": "thread", "#at": "at"},
                    ExpressionAttributeValues=encode(
                        {
                            ":thread": thread,
                            ":after": moment(after_ms, ""),
                            ":until": moment(until_ms, "~"),
                        }
                    ),
                )
            keys = [Key(i["pk"]["S"], i["sk"]["S"]) for i in page["Items"]]
            if any(_is_sent(item) for item in self._records.load(keys).values()):
                return True
        return False

    def _transact(self, actions: Sequence[Any], entry: "Event") -> bool:
        def transact(put: Any) -> bool:
            try:
                with translated():
                    self._client.transact_write_items(TransactItems=[*actions, put])
            except ClientError:
                return False
            return True

        return self._audit.within(entry, transact)


class DynamoDue:
    """Threads whose time has come. Knows of no content."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def due(self, now_ms: int, limit: int) -> list[str]:
        """Up to `limit` threads of each shard."""
        found: list[str] = []
        for shard in range(SHARDS):
            with translated():
                page = self._client.query(
                    TableName=self._table,
                    IndexName="due",
                    KeyConditionExpression="due_shard = :shard AND due_at < :now",
                    ExpressionAttributeValues=encode(
                        {":shard": f"DUE#{shard}", ":now": moment(now_ms, "~")}
                    ),
                    Limit=limit,
                )
            found += [decode(item)["pk"].removeprefix("THREAD#") for item in page["Items"]]
        return found


def _due_shard(thread: str) -> str:
    return f"DUE#{shard_of(thread)}"


def _is_sent(item: Item) -> bool:
    if item.get("send_state") == SendState.ACCEPTED:
        return True
    return any(fact["direction"] == "outbound" for fact in item.get("facts", {}).values())
