"""Where rights requests are stored: each change with its step and its entry, all or none."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.model import Event as Entry
from functions.core.audit.writer import Writer
from functions.core.content.records import Sealing
from functions.core.rights.items import (
    CORRECTION,
    LISTED,
    open_place,
    place,
    request_from,
    request_item,
    step_from,
    step_item,
    step_place,
)
from functions.core.rights.model import Request, Right, State, Step
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STORE = "compliance"
_SEALED = ("details", "reason")
# what whoever carries a request out may note on it
_NOTED = ("outcome", "result", "files")


class DynamoRequests:
    """`sealing`: of this store's name, `STORE`."""

    def __init__(
        self, client: "DynamoDBClient", table: str, sealing: Sealing, audit: Writer
    ) -> None:
        self._client = client
        self._table = table
        self._sealing = sealing
        self._audit = audit
        self._records = DynamoRecords(client, table)

    def load(self, request_id: str) -> Request | None:
        return self.several([request_id]).get(request_id)

    def several(self, ids: Collection[str]) -> dict[str, Request]:
        found = self._records.load([place(each) for each in ids], consistent=True)
        opened = self._sealing.opened(found)
        return {each.id: each for each in map(request_from, opened.values())}

    def create(self, request: Request, step: Step, entry: Entry) -> bool:
        """False: it is there already, or one of this right is open under a name of its `opens`."""
        puts = {
            place(request.id): self._sealed(place(request.id), request_item(request)),
            **self._step(request, step),
            **{open_place(request.right, name): {"request": request.id} for name in request.opens},
        }
        return self._transact([self._put(key, item) for key, item in puts.items()], entry)

    def open_under(self, right: Right, names: Collection[str]) -> list[str]:
        """Ids of open requests of this right under these names, the same each time."""
        found = self._records.load([open_place(right, n) for n in names], consistent=True)
        return sorted({str(item["request"]) for item in found.values()})

    def change(self, before: Request, after: Request, step: Step, entry: Entry) -> bool:
        """False: it has changed since it was read. Once it is over, another may be opened."""
        key = place(before.id)
        expression = Expression()
        expression.expect("version", before.version)
        old = request_item(before)
        new = request_item(after)
        changed = {n: v for n, v in new.items() if n == "key" or old.get(n) != v}
        for name, value in self._sealed(key, changed).items():
            if name != "key":
                expression.set(name, value)
        for name in old.keys() - new.keys() - set(_SEALED):
            expression.remove(name)
        actions = [
            {"Update": expression.update(self._table, key._asdict())},
            *(self._put(place_, item) for place_, item in self._step(after, step).items()),
            *(self._closed(before, name) for name in before.opens if after.is_over),
        ]
        return self._transact(actions, entry)

    def note(self, request_id: str, **fields: Any) -> bool:
        """`outcome`, `result`, `files`, while it is carried out; False: it is not any more."""
        unknown = fields.keys() - set(_NOTED)
        if unknown:
            raise ValueError(f"not to be noted: {', '.join(sorted(unknown))}")
        expression = Expression()
        expression.expect("state", State.IN_PROCESSING.value)
        for name, value in fields.items():
            expression.set(name, value)
        return self._records.update(expression, place(request_id))

    def keep_restricted(self, request_id: str) -> None:
        """Another request's restriction stays: this one has none to lift any more."""
        expression = Expression()
        expression.condition("attribute_exists(pk) AND restricted = {}", True)
        expression.remove("restricted")
        self._records.update(expression, place(request_id))

    def looked(self, request_id: str, now_ms: int) -> None:
        """That its workflow is alive."""
        expression = Expression()
        expression.set("looked_ms", now_ms)
        self._records.update(expression, place(request_id))

    def unseen(self, request: Request, *, since_ms: int, now_ms: int) -> bool:
        """Whether no workflow has looked at it since; then it is another attempt's from now on."""
        expression = Expression()
        expression.expect("attempt", request.attempt)
        expression.below("looked_ms", since_ms)
        expression.set("attempt", request.attempt + 1)
        expression.set("looked_ms", now_ms)
        return self._records.update(expression, place(request.id))

    def wait(self, request_id: str, version: int, token: str) -> bool:
        """Who is to be woken at the next change; False: it has changed since `version`."""
        expression = Expression()
        expression.expect("version", version)
        expression.set("task_token", token)
        return self._records.update(expression, place(request_id))

    def token(self, request_id: str) -> str | None:
        key = place(request_id)
        item = self._records.load([key], consistent=True).get(key, {})
        return item.get("task_token")

    def steps(self, request_id: str) -> list[Step]:
        """The first first."""
        return [step_from(item) for item in self._beside(request_id, "STEP#")]

    def corrections(self, request_id: str) -> Iterator[Item]:
        """What was corrected for it: see `rectifying`."""
        yield from self._beside(request_id, CORRECTION)

    def _beside(self, request_id: str, prefix: str) -> Iterator[Item]:
        names = {":pk": place(request_id).pk, ":prefix": prefix}
        request = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": encode(names),
            "ConsistentRead": True,
        }
        items = {Key(item["pk"], item["sk"]): item for item in self._pages(request)}
        yield from self._sealing.opened(items).values()

    def listed(self, *, before: str | None, limit: int) -> tuple[list[Request], str | None]:
        """The newest first, and where the next page begins; None: there is none."""
        names: dict[str, Any] = {":listed": LISTED}
        condition = "listed = :listed"
        if before is not None:
            names[":before"] = before
            condition += " AND listed_at < :before"
        with translated():
            page = self._client.query(
                TableName=self._table,
                IndexName="listed",
                KeyConditionExpression=condition,
                ExpressionAttributeValues=encode(names),
                ScanIndexForward=False,
                Limit=limit,
            )
        rows = [decode(item) for item in page["Items"]]
        ids = [row["pk"].removeprefix("RIGHTS#") for row in rows]
        found = self.several(ids)
        following = rows[-1]["listed_at"] if rows and "LastEvaluatedKey" in page else None
        return [found[each] for each in ids if each in found], following

    def _pages(self, request: Mapping[str, Any]) -> Iterator[Item]:
        start: dict[str, Any] = {}
        while True:
            with translated():
                page = self._client.query(**request, **start)
            yield from map(decode, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _sealed(self, key: Key, item: Item) -> Item:
        return self._sealing.sealed(key, item)

    def _step(self, request: Request, step: Step) -> dict[Key, Item]:
        key = step_place(request.id, step, request.version)
        return {key: self._sealed(key, step_item(request.id, step))}

    def _put(self, key: Key, item: Item) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode({**key._asdict(), **item}),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }

    def _closed(self, request: Request, name: str) -> dict[str, Any]:
        key = open_place(request.right, name)
        return {"Delete": {"TableName": self._table, "Key": encode(key._asdict())}}

    def _transact(self, actions: Sequence[Any], entry: Entry) -> bool:
        def transact(entered: Any) -> bool:
            try:
                with translated():
                    self._client.transact_write_items(TransactItems=[*actions, entered])
            except ClientError:
                return False
            return True

        return self._audit.within(entry, transact)
