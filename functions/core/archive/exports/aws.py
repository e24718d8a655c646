"""Stores of exports on DynamoDB, S3 and Step Functions."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.archive.aws import stored
from functions.core.archive.exports.model import Export, File, State, scope_from
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.expression import Expression
from functions.core.runtime.failures import as_unavailable
from functions.core.runtime.records import Item, Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


class DynamoExports:
    """`ExportStore` in the table `compliance`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._records = DynamoRecords(client, table)

    def create(self, export: Export) -> bool:
        expression = Expression()
        expression.expect("state", None)
        due = due_attributes(DataKind.EXPORT, export.id, export.created_ms, by=export.id)
        for name, value in {**_item(export), **due}.items():
            expression.set(name, value)
        return self._records.update(expression, _key(export.id))

    def load(self, export_id: str) -> Export | None:
        key = _key(export_id)
        item = self._records.load([key], consistent=True).get(key)
        return None if item is None else _export(export_id, item)

    def planned(self, export_id: str, run: str, parts: int) -> bool:
        expression = Expression()
        expression.expect("state", State.RUNNING.value)
        expression.expect("run", None)
        expression.set("run", run)
        expression.set("parts", parts)
        return self._records.update(expression, _key(export_id))

    def finished(
        self, export_id: str, *, files: Sequence[File], counts: Any, completeness: Any
    ) -> bool:
        told = {
            "state": State.READY.value,
            "files": [_file_item(file) for file in files],
            "counts": dict(counts),
            "completeness": dict(completeness),
        }
        return self._moved(export_id, told)

    def failed(self, export_id: str, error: str) -> bool:
        return self._moved(export_id, {"state": State.FAILED.value, "error": error})

    def take(self, export_id: str, index: int, start: int, end: int) -> bool:
        expression = Expression()
        expression.expect("state", State.READY.value)
        expression.below(_next(index), start + 1)
        expression.set(_next(index), end + 1)
        return self._records.update(expression, _key(export_id))

    def _moved(self, export_id: str, told: Item) -> bool:
        expression = Expression()
        expression.expect("state", State.RUNNING.value)
        for name, value in told.items():
            expression.set(name, value)
        return self._records.update(expression, _key(export_id))


def _key(export_id: str) -> Key:
    return Key(f"EXPORT#{export_id}", "EXPORT")


def _next(index: int) -> str:
    """The first byte of that file that nobody has had yet."""
    return f"next_{index}"


def _file_item(file: File) -> Item:
    return {"name": file.name, "object": file.object, "size": file.size, "sha256": file.sha256}


def _item(export: Export) -> Item:
    return {
        "state": export.state.value,
        "client": export.client,
        "created_ms": export.created_ms,
        "body_digest": export.body_digest,
        "scope": export.scope.as_item(),
        "key": export.key,
        "sealed_reason": export.sealed_reason,
    }


def _export(export_id: str, item: Item) -> Export:
    return Export(
        id=export_id,
        state=State(item["state"]),
        client=item["client"],
        created_ms=item["created_ms"],
        body_digest=item["body_digest"],
        scope=scope_from(item["scope"]),
        sealed_reason=item["sealed_reason"],
        run=item.get("run"),
        parts=item.get("parts", 0),
        error=item.get("error"),
        counts=item.get("counts", {}),
        completeness=item.get("completeness", {}),
        files=tuple(
            File(**file, next=item.get(_next(index), 0))
            for index, file in enumerate(item.get("files", []))
        ),
    )


class S3Shelf:
    """`Shelf` in the archive bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def names(self, *, after: str) -> Iterator[tuple[str, int]]:
        request: dict[str, Any] = {
            "Bucket": self._bucket,
            "Prefix": "segments/",
            "StartAfter": after,
        }
        while True:
            with as_unavailable("listing the archive"):
                page = self._client.list_objects_v2(**request)
            for one in page.get("Contents", []):
                yield one["Key"], one["Size"]
            if not page.get("IsTruncated"):
                return
            request["ContinuationToken"] = page["NextContinuationToken"]

    def read(self, name: str) -> bytes | None:
        found = stored(self._client, self._bucket, name, "reading the archive")
        return None if found is None else found["Body"].read()


class StepFunctions:
    """`Machine`: an execution is named after its export, so there is one at most."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, export_id: str) -> None:
        with as_unavailable("starting an export"):
            try:
                self._client.start_execution(
                    stateMachineArn=self._arn,
                    name=export_id,
                    input=json.dumps({"export_id": export_id}),
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                    raise
