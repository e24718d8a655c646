"""Consent in DynamoDB: an event, the state it changes and its entry are stored together."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.model import Event as Entry
from functions.core.consent.items import (
    event_from,
    event_item,
    event_key,
    event_place,
    state_due,
    state_from,
    state_item,
    state_key,
)
from functions.core.consent.model import Event, State
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Fold, Item, Key, fold_all
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from functions.core.audit.writer import Writer
    from functions.core.content.records import Sealing

STORE = "consent"  # our own name of the table, for what is sealed in it


class DynamoConsent:
    """The ledger's table. `sealing` must be that of `STORE`."""

    def __init__(
        self, client: "DynamoDBClient", table: str, sealing: "Sealing", audit: "Writer"
    ) -> None:
        self._client = client
        self._table = table
        self._sealing = sealing
        self._audit = audit
        self._records = DynamoRecords(client, table)

    def items(self, nodes: Collection[str], *, consistent: bool) -> dict[str, Item]:
        """State items of these aliases, where there are any."""
        keys = {state_key(node): node for node in nodes}
        found = self._records.load(keys, consistent=consistent)
        return {keys[key]: item for key, item in found.items()}

    def append(
        self,
        event: Event,
        *,
        key: str,
        before: Item | None,
        after: State,
        now_ms: int,
        entry: Entry,
    ) -> bool:
        """The event, the state after it, and the entry, all or none.

        False: the event is there already, or the state is not `before` any more.
        """
        place = event_key(event)
        item = event_item(event, key=key, recorded_ms=now_ms)
        put = {**place._asdict(), **self._sealing.sealed(place, item)}
        state = Expression()
        state.expect("digest", (before or {}).get("digest"))
        due = state_due(after, event.node)
        for name, value in {**state_item(after), **due}.items():
            state.set(name, value)
        actions: list[Any] = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": encode(put),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
            {"Update": state.update(self._table, state_key(event.node)._asdict())},
        ]

        def transact(entered: Any) -> bool:
            try:
                with translated():
                    self._client.transact_write_items(TransactItems=[*actions, entered])
            except ClientError:
                return False
            return True

        return self._audit.within(entry, transact)

    def has(self, event: Event) -> bool:
        return bool(self._records.load([event_key(event)], consistent=True))

    def event(self, node: str, at_ms: int, name: str) -> Event | None:
        """One whose place is known, from a mark in a state."""
        place = event_place(node, at_ms, name)
        found = self._sealing.opened(self._records.load([place], consistent=True))
        return event_from(found[place]) if place in found else None

    def fold(self, folds: Mapping[str, Fold]) -> None:
        """Change the states of these aliases, each on its own."""
        fold_all(self._records, {state_key(n): _with_due(fold, n) for n, fold in folds.items()})

    def events(self, node: str) -> list[tuple[Event, int]]:
        """Everything at one alias, the first first, each with when it was recorded (epoch ms)."""
        found: dict[Key, Item] = {}
        start: Any = {}
        while True:
            with translated():
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk AND begins_with(sk, :events)",
                    ExpressionAttributeValues=encode(
                        {":pk": state_key(node).pk, ":events": "EVENT#"}
                    ),
                    ConsistentRead=True,
                    **start,
                )
            items = [decode(item) for item in page["Items"]]
            found.update({Key(item["pk"], item["sk"]): item for item in items})
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        opened = self._sealing.opened(found).values()
        return [(event_from(item), item["recorded_ms"]) for item in opened]

    def note_told(
        self, node: str, told: Mapping[str, Any], *, before: Mapping[str, Any] | None
    ) -> bool:
        """What a person was told once, beside the state; False: it is no longer `before`."""
        expression = Expression()
        expression.expect("told", before)
        expression.set("told", told)
        return self._records.update(expression, state_key(node))

    def request(self, request_id: str) -> Item | None:
        key = _request_key(request_id)
        return self._records.load([key], consistent=True).get(key)

    def keep_request(self, request_id: str, attributes: Mapping[str, Any]) -> bool:
        """False: it is there already."""
        due = due_attributes(
            DataKind.CONSENT, request_id, attributes["at_ms"], by=attributes["node"]
        )
        expression = Expression()
        expression.expect("node", None)
        for name, value in {**attributes, **due}.items():
            expression.set(name, value)
        return self._records.update(expression, _request_key(request_id))


def _with_due(fold: Fold, node: str) -> Fold:
    def due_fold(item: Item | None) -> Mapping[str, Any]:
        told = fold(item)
        return {**told, **state_due(state_from(told), node)}

    return due_fold


def folding(change: Callable[[State], State]) -> Fold:
    """`change` takes a state and returns the next, as a fold of its item."""

    def fold(item: Item | None) -> Mapping[str, Any]:
        return state_item(change(state_from(item)))

    return fold


def _request_key(request_id: str) -> Key:
    return Key(f"REQUEST#{request_id}", "REQUEST")
