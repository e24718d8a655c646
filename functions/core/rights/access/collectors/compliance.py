"""What was asked for and decided about the person: their requests, exports, legal holds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from functions.core.archive.exports.model import Export, Scope
from functions.core.archive.exports.store import ExportStore
from functions.core.conversations.model import moment
from functions.core.conversations.read_facts import moment_of
from functions.core.holds.guard import Guards
from functions.core.retention.due import INDEX, SHARDS, due_shard
from functions.core.retention.kinds import DataKind
from functions.core.rights.access.collectors.contacts import shown_alias
from functions.core.rights.access.model import Json, Line
from functions.core.rights.model import Request, Right
from functions.core.rights.requests import DynamoRequests
from functions.core.rights.subject import Subject
from functions.core.runtime.dynamodb import translated
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PAGE = 50


class RightsRequests:
    """All there are, one after the other: a business has hundreds of them, not millions."""

    def __init__(self, requests: DynamoRequests) -> None:
        self._requests = requests

    def collect(self, subject: Subject) -> Iterator[Line]:
        before: str | None = None
        while True:
            found, before = self._requests.listed(before=before, limit=_PAGE)
            for request in found:
                if names(subject, request.contact_id):
                    yield Line("requests", moment(request.filed_ms, request.id), _asked(request))
                    yield from self._corrected(subject, request)
            if before is None:
                return

    def _corrected(self, subject: Subject, request: Request) -> Iterator[Line]:
        if request.right is not Right.RECTIFICATION:
            return
        for item in self._requests.corrections(request.id):
            node = subject.nodes.get(item["node"])
            # which alias is not theirs says nothing to anybody
            told = item.get("told", {}) if item["what"] == "name" else {}
            shown = {
                "at": moment_of(item["at_ms"]),
                "what": item["what"],
                "request": request.id,
                "of": shown_alias(node) if node and node.id in subject.aliases else None,
                "before": told.get("before"),
                "after": told.get("after"),
            }
            yield Line("corrections", moment(item["at_ms"], item["sk"]), shown)


class Exports:
    """Those of this person, and those of everybody, which hold theirs as well."""

    def __init__(self, *, client: "DynamoDBClient", table: str, store: ExportStore) -> None:
        self._client = client
        self._table = table
        self._store = store

    def collect(self, subject: Subject) -> Iterator[Line]:
        for export_id in self._ids():
            export = self._store.load(export_id)
            if export is not None and _concerns(export.scope, subject):
                yield Line("exports", moment(export.created_ms, export.id), _exported(export))

    def _ids(self) -> Iterator[str]:
        for shard in range(SHARDS):
            request: dict[str, Any] = {
                "TableName": self._table,
                "IndexName": INDEX,
                "KeyConditionExpression": "retain_shard = :shard",
                "ExpressionAttributeValues": encode({":shard": due_shard(DataKind.EXPORT, shard)}),
            }
            while True:
                with translated():
                    page = self._client.query(**request)
                keys = [decode(item)["pk"] for item in page["Items"]]
                yield from (k.removeprefix("EXPORT#") for k in keys if k.startswith("EXPORT#"))
                if "LastEvaluatedKey" not in page:
                    break
                request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


class Holds:
    """Only that something is held: the matter is others'."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards

    def collect(self, subject: Subject) -> Iterator[Line]:
        guards = self._guards.read(subject.aliases)
        if any(guard.held_by() for guard in guards.values()):
            says = "Data of yours must not be deleted at present, because a legal matter needs it."
            yield Line("holds", "0", {"held": True, "means": says})


def names(subject: Subject, contact_id: str) -> bool:
    node, _, at = contact_id.partition("~")
    return at.isdecimal() and subject.owns(node, int(at))


def _concerns(scope: Scope, subject: Subject) -> bool:
    if scope.spans is None:
        return True
    mine = {span.node: span for span in subject.person.spans}
    return any(
        span.node in mine and subject.owns(span.node, min(span.until_ms, 10**13 - 1))
        for span in scope.spans
    )


def _asked(request: Request) -> Json:
    return {
        "id": request.id,
        "right": request.right.value,
        "state": request.state.value,
        "asked_at": moment_of(request.filed_ms),
        "came_from": request.source.value,
        "decided_at": moment_of(request.decided_ms or 0),
        "finished_at": moment_of(request.finished_ms or 0),
        "outcome": request.outcome or None,
        "details": dict(request.details),
        "reason": request.reason or None,
    }


def _exported(export: Export) -> Json:
    return {
        "id": export.id,
        "asked_at": moment_of(export.created_ms),
        "asked_by": export.client,
        "of": "everybody" if export.scope.spans is None else "you",
        "from": moment_of(export.scope.from_ms or 0),
        "to": moment_of(export.scope.to_ms or 0),
        "state": export.state.value,
    }
