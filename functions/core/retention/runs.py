"""Runs of retention: what each was asked to do, how far it is, what came of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.audit.model import Event
from functions.core.audit.writer import Writer
from functions.core.retention.disposed import Disposed
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item, Key, digest_of
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LISTED = "RUN"


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Run:
    """`started_ms`: the moment from which all of it counts. `asked_by`: a client, or the schedule.

    `document`: of what went, in the archive bucket; `sha256`: of that.
    """

    id: str
    started_ms: int
    dry_run: bool
    asked_by: str
    state: RunState = RunState.RUNNING
    finished_ms: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    overdue: int | None = None
    document: str | None = None
    sha256: str | None = None


class Runs:
    """In the table `compliance`: pk `RUN#<id>`, sk `RUN`, and a record of each step beside it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._records = DynamoRecords(client, table)

    def begin(self, run: Run) -> Run:
        """As it is stored: of two the first."""
        expression = Expression()
        expression.expect("started_ms", None)
        for name, value in _item(run).items():
            expression.set(name, value)
        self._records.update(expression, _key(run.id))
        return self.load(run.id) or run

    def load(self, run_id: str) -> Run | None:
        item = self._records.load([_key(run_id)], consistent=True).get(_key(run_id))
        return None if item is None else _run(item)

    def note(self, run_id: str, part: Mapping[str, Any], done: Disposed) -> None:
        """What came of a step; repeated, it counts once."""
        expression = Expression()
        expression.set("counts", dict(done.counts))
        expression.set("held", dict(done.held))
        self._records.update(expression, Key(f"RUN#{run_id}", f"STEP#{digest_of(part)}"))

    def noted(self, run_id: str) -> Disposed:
        total = Disposed()
        condition = "pk = :pk AND begins_with(sk, :sk)"
        for item in self._query(condition, {":pk": f"RUN#{run_id}", ":sk": "STEP#"}):
            total.counts.update(Counter(item["counts"]))
            total.held.update(Counter(item["held"]))
        return total

    def end(self, run: Run, *, audit: Writer, entry: Event) -> bool:
        """Once: with its entry, both or neither. False when it had ended."""
        expression = Expression()
        expression.expect("state", RunState.RUNNING.value)
        for name, value in _item(run).items():
            expression.set(name, value)
        update: Any = {"Update": expression.update(self._table, _key(run.id)._asdict())}

        def transact(put: Any) -> bool:
            try:
                with translated():
                    self._client.transact_write_items(TransactItems=[update, put])
            except ClientError:
                return False
            return True

        return audit.within(entry, transact)

    def page(self, *, before: str | None, limit: int) -> tuple[list[Run], str | None]:
        """The latest first, those that began before the position; the next page's position."""
        condition, values = "listed = :listed", {":listed": LISTED}
        if before is not None:
            condition, values = (
                f"{condition} AND listed_at < :before",
                {
                    **values,
                    ":before": before,
                },
            )
        with translated():
            found = self._client.query(
                TableName=self._table,
                IndexName="listed",
                KeyConditionExpression=condition,
                ExpressionAttributeValues=encode(values),
                ScanIndexForward=False,
                Limit=limit,
            )
        listed = [decode(item) for item in found["Items"]]
        items = self._records.load([Key(i["pk"], i["sk"]) for i in listed], consistent=True)
        runs = sorted(map(_run, items.values()), key=position, reverse=True)
        is_last = "LastEvaluatedKey" not in found
        return runs, None if is_last or not listed else str(listed[-1]["listed_at"])

    def _query(self, condition: str, values: Mapping[str, str]) -> list[Item]:
        found: list[Item] = []
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": encode(values),
            "ConsistentRead": True,
        }
        while True:
            with translated():
                page = self._client.query(**request)
            found += map(decode, page["Items"])
            if "LastEvaluatedKey" not in page:
                return found
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def position(run: Run) -> str:
    return f"{run.started_ms:013d}#{run.id}"


def _key(run_id: str) -> Key:
    return Key(f"RUN#{run_id}", "RUN")


def _item(run: Run) -> Item:
    told = {
        **vars(run),
        "state": run.state.value,
        "counts": dict(run.counts),
        "held": dict(run.held),
        "listed": LISTED,
        "listed_at": position(run),
    }
    return {name: value for name, value in told.items() if value is not None and name != "id"}


def _run(item: Item) -> Run:
    told = {name: item[name] for name in Run.__dataclass_fields__ if name in item}
    return Run(**{**told, "id": item["pk"].removeprefix("RUN#"), "state": RunState(item["state"])})
