"""Legal holds in the table `compliance`: pk `HOLD#<id>`, sk `HOLD`."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.model import Event
from functions.core.audit.writer import Writer
from functions.core.holds.model import IN_FORCE, Hold, Item, State, Swept, hold_key, scope_from
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.expression import Expression
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LISTED = "HOLD"
_UNMET = "ConditionalCheckFailed"
_PLAIN = (
    *("placed_by", "placed_ms", "body_digest", "sealed_matter", "sealed_authority"),
    *("active_ms", "asked_by", "asked_ms", "lifted_by", "lifting_ms", "lifted_ms", "failed_with"),
)


class DynamoHolds:
    def __init__(self, client: "DynamoDBClient", table: str, audit: Writer) -> None:
        self._client = client
        self._table = table
        self._audit = audit
        self._records = DynamoRecords(client, table)

    def create(self, hold: Hold, entry: Event) -> bool:
        """With its entry, both or neither; False when there is one of this id."""
        expression = Expression()
        expression.expect("state", None)
        for name, value in _item(hold).items():
            expression.set(name, value)
        return self._with_entry(hold.id, expression, entry)

    def load(self, hold_id: str) -> Hold | None:
        return self.all([hold_id]).get(hold_id)

    def all(self, hold_ids: Collection[str]) -> dict[str, Hold]:
        items = self._records.load([hold_key(hold_id) for hold_id in hold_ids], consistent=True)
        holds = map(hold_from, items.values())
        return {hold.id: hold for hold in holds}

    def cover(self, hold_id: str, *, nodes: Collection[str], keys: Collection[str]) -> bool:
        """Remember, before it is done, what it will be written to; False when it is over."""
        expression = Expression()
        expression.expect_one_of("state", [state.value for state in IN_FORCE])
        expression.set("covered", value=True)
        expression.add("nodes", set(nodes))
        expression.add("keys", set(keys))
        return self._records.update(expression, hold_key(hold_id))

    def ask_to_lift(self, hold_id: str, *, by: str, now_ms: int, entry: Event) -> bool:
        """False when it is not active, or somebody has asked before."""
        expression = Expression()
        expression.expect("state", State.ACTIVE.value)
        expression.expect("asked_by", None)
        expression.set("asked_by", by)
        expression.set("asked_ms", now_ms)
        return self._with_entry(hold_id, expression, entry)

    def lift(self, hold: Hold, *, by: str, now_ms: int, entry: Event) -> bool:
        """Active → lifting, as `hold` was asked to be; False when it is not so any more."""
        expression = Expression()
        expression.expect("state", State.ACTIVE.value)
        expression.expect("asked_by", hold.asked_by)
        expression.set("state", State.LIFTING.value)
        expression.set("lifted_by", by)
        expression.set("lifting_ms", now_ms)
        expression.add("attempt", 1)
        return self._with_entry(hold.id, expression, entry)

    def planned(self, hold_id: str, swept: Swept) -> None:
        """Of two plans the first counts: what it finds is found from its day on."""
        expression = Expression()
        expression.expect("planned", None)
        expression.set("planned", vars(swept))
        self._records.update(expression, hold_key(hold_id))

    def placed(self, hold: Hold, *, objects: int, now_ms: int, entry: Event) -> bool:
        """Placing → active; an active one stays so. False when it is not in force any more."""
        expression = Expression()
        expression.expect("state", hold.state.value)
        expression.set("objects", objects)
        if hold.planned is not None:
            expression.set("swept", vars(hold.planned))
            expression.remove("planned")
        expression.remove("failed_with")
        if hold.state is State.ACTIVE:
            return self._records.update(expression, hold_key(hold.id))
        expression.set("state", State.ACTIVE.value)
        expression.set("active_ms", now_ms)
        return self._with_entry(hold.id, expression, entry)

    def lifted(self, hold: Hold, *, now_ms: int, entry: Event) -> bool:
        """Lifting → lifted: its own time to be kept begins."""
        expression = Expression()
        expression.expect("state", State.LIFTING.value)
        expression.set("state", State.LIFTED.value)
        expression.set("lifted_ms", now_ms)
        expression.set("objects", 0)
        for name, value in due_attributes(DataKind.HOLD, hold.id, now_ms, by=hold.id).items():
            expression.set(name, value)
        expression.remove("failed_with")
        return self._with_entry(hold.id, expression, entry)

    def again(self, hold: Hold, *, error: str | None = None) -> bool:
        """Its workflow is to begin once more, under another name."""
        expression = Expression()
        expression.expect("attempt", hold.attempt)
        expression.set("attempt", hold.attempt + 1)
        if error is not None:
            expression.set("failed_with", error)
        return self._records.update(expression, hold_key(hold.id))

    def page(self, *, before: str | None, limit: int) -> tuple[list[Hold], str | None]:
        """The latest first, those placed before the position `before`; the next page's position."""
        values: dict[str, Any] = {":listed": LISTED}
        condition = "listed = :listed"
        if before is not None:
            values[":before"] = before
            condition += " AND listed_at < :before"
        with translated():
            found = self._client.query(
                TableName=self._table,
                IndexName="listed",
                KeyConditionExpression=condition,
                ExpressionAttributeValues=encode(values),
                ScanIndexForward=False,
                Limit=limit,
            )
        keys = [decode(item) for item in found["Items"]]
        holds = self.all([key["pk"].removeprefix("HOLD#") for key in keys])
        listed = sorted(holds.values(), key=position, reverse=True)
        return listed, keys[-1]["listed_at"] if "LastEvaluatedKey" in found and keys else None

    def _with_entry(self, hold_id: str, expression: Expression, entry: Event) -> bool:
        update = {"Update": expression.update(self._table, hold_key(hold_id)._asdict())}
        return self._audit.within(entry, lambda put: transacted(self._client, [update, put]))


def transacted(client: "DynamoDBClient", actions: list[Any]) -> bool:
    """False when a condition does not hold; in conflict with another one, it is to be repeated."""
    try:
        with translated():
            client.transact_write_items(TransactItems=actions)
    except ClientError as error:
        reasons: Any = error.response.get("CancellationReasons", [])
        if not any(reason.get("Code") == _UNMET for reason in reasons):
            raise StoreUnavailableError("DynamoDB is at the same items elsewhere") from error
        return False
    return True


def position(hold: Hold) -> str:
    return f"{hold.placed_ms:013d}#{hold.id}"


def _item(hold: Hold) -> Item:
    told = {
        "state": hold.state.value,
        "scope": hold.scope.as_item(),
        "key": hold.key,
        "attempt": hold.attempt,
        "listed": LISTED,
        "listed_at": position(hold),
        **{name: getattr(hold, name) for name in _PLAIN},
    }
    return {name: value for name, value in told.items() if value is not None}


def hold_from(item: Mapping[str, Any]) -> Hold:
    told: dict[str, Any] = {name: item.get(name) for name in _PLAIN}
    return Hold(
        id=item["pk"].removeprefix("HOLD#"),
        scope=scope_from(item["scope"]),
        state=State(item["state"]),
        attempt=item["attempt"],
        nodes=frozenset(item.get("nodes", ())),
        keys=frozenset(item.get("keys", ())),
        objects=item.get("objects", 0),
        planned=_swept(item.get("planned")),
        swept=_swept(item.get("swept")),
        **told,
    )


def _swept(item: Mapping[str, str] | None) -> Swept | None:
    return None if item is None else Swept(**item)
