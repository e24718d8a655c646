"""Stores of imports on DynamoDB and Step Functions."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.consent.imports.items import (
    chunk_place,
    chunks_from,
    counts_from,
    counts_item,
    import_from,
    import_item,
    import_place,
    part_name,
    plan_item,
    plan_place,
    report_item,
    report_place,
    results_from,
)
from functions.core.consent.imports.model import (
    Chunk,
    Counts,
    Import,
    Layout,
    Part,
    Reasons,
    Result,
    State,
    counted,
)
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.dynamodb import DynamoRecords, translated
from functions.core.runtime.expression import Expression
from functions.core.runtime.failures import as_unavailable
from functions.core.runtime.records import Item, Key
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoImports:
    """`ImportStore` in the table `compliance`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._records = DynamoRecords(client, table)

    def create(self, begun: Import) -> bool:
        due = due_attributes(DataKind.EXPORT, begun.id, begun.created_ms, by=begun.id)
        return self._put(import_place(begun.id), {**import_item(begun), **due}, once="state")

    def load(self, import_id: str) -> Import | None:
        item = self._read(import_place(import_id))
        return None if item is None else import_from(import_id, item)

    def add_part(self, import_id: str, number: int, part: Part) -> bool:
        expression = Expression()
        expression.expect("state", State.OPEN.value)
        expression.set(part_name(number), {"object": part.object, "size": part.size})
        return self._records.update(expression, import_place(import_id))

    def start(self, import_id: str, *, after: int, now_ms: int) -> bool:
        expression = Expression()
        expression.expect("attempt", after)
        expression.set("attempt", after + 1)
        expression.set("state", State.RUNNING.value)
        expression.set("started_ms", now_ms)
        return self._records.update(expression, import_place(import_id))

    def plan(self, import_id: str, layout: Layout, chunks: Sequence[Chunk]) -> None:
        self._put(plan_place(import_id), plan_item(chunks), once="chunks")
        told = {
            "layout": {"delimiter": layout.delimiter, "columns": list(layout.columns)},
            "rows": sum(chunk.rows for chunk in chunks),
        }
        self._put(import_place(import_id), told, once="layout")

    def chunks(self, import_id: str) -> list[Chunk]:
        item = self._read(plan_place(import_id))
        return [] if item is None else chunks_from(item)

    def report(self, import_id: str, chunk: int, results: Sequence[Result]) -> None:
        items = {
            chunk_place(import_id, chunk): counts_item(counted(results)),
            report_place(import_id, chunk): report_item(results),
        }
        puts: list[Any] = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": encode({**place._asdict(), **item}),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            }
            for place, item in items.items()
        ]
        try:
            with translated():
                self._client.transact_write_items(TransactItems=puts)
        except ClientError:
            if self._read(chunk_place(import_id, chunk)) is None:
                raise  # in conflict with nobody's report: the step is tried again

    def counts(self, import_id: str) -> dict[int, Counts]:
        found: dict[int, Counts] = {}
        values = {":pk": import_place(import_id).pk, ":chunks": "CHUNK#"}
        start: Any = {}
        while True:
            with translated():
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk AND begins_with(sk, :chunks)",
                    ExpressionAttributeValues=encode(values),
                    ConsistentRead=True,
                    **start,
                )
            for item in map(decode, page["Items"]):
                found[int(item["sk"].removeprefix("CHUNK#"))] = counts_from(item)
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def results(self, import_id: str, chunk: int) -> list[Result]:
        item = self._read(report_place(import_id, chunk))
        return [] if item is None else results_from(item)

    def finish(self, import_id: str, state: State, *, now_ms: int, problems: Reasons = ()) -> bool:
        expression = Expression()
        expression.expect("state", State.RUNNING.value)
        expression.set("state", state.value)
        expression.set("finished_ms", now_ms)
        expression.set("problems", [list(problem) for problem in problems])
        return self._records.update(expression, import_place(import_id))

    def _put(self, place: Key, attributes: Item, *, once: str) -> bool:
        expression = Expression()
        expression.expect(once, None)
        for name, value in attributes.items():
            expression.set(name, value)
        return self._records.update(expression, place)

    def _read(self, place: Key) -> Item | None:
        return self._records.load([place], consistent=True).get(place)


class StepFunctions:
    """`Machine`: an execution is named after its attempt, so there is one at most."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, import_id: str, attempt: int) -> None:
        with as_unavailable("starting an import"):
            try:
                self._client.start_execution(
                    stateMachineArn=self._arn,
                    name=f"{import_id}-{attempt}",
                    input=json.dumps({"import_id": import_id}),
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                    raise
