"""Trigger: the stream of table `conversations`. Effect: every change is in the WORM archive, once.

A batch that fails comes again, whole or in parts, until it succeeds or the stream forgets it (24
hours): an alarm on the age of its records is the one thing to watch. Nothing is written twice.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from functions.archiver import wiring
from functions.core.archive.service import Archived
from functions.core.archive.stream import Change, change_from, shard_of
from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.runtime import clock, log

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    try:
        shard = shard_of(event, wiring.settings().stream_shards)
        changes = [change_from(record) for record in event.get("Records", [])]
        done = wiring.archiver().archive(shard, changes)
        if changes:
            wiring.audit().write(_entry(shard, changes, done), key=_key(shard, changes))
    except Exception as error:  # told, and handed back to the stream; nothing here is in clear
        log.error("changes not archived", error)
        raise
    log.info(
        "changes archived",
        shard=shard,
        changes=len(changes),
        segments=done.segments,
        records=done.kinds.total(),
    )
    for kind, count in done.kinds.items():
        log.metric("ArchivedRecords", count, kind=kind)
    if done.lost:
        log.metric("ArchiveLostObjects", done.lost)
    if changes:
        lag_ms = clock.now_ms() - min(change.at_ms for change in changes)
        log.metric("ArchiveLag", max(lag_ms, 0), "Milliseconds")
    # an event source with a tumbling window wants a state; nothing failed but what raised above
    return {"state": {}, "batchItemFailures": []}


def _entry(shard: str, changes: Sequence[Change], done: Archived) -> Event:
    return Event(
        action=Action.SEGMENT_ARCHIVED,
        by=Actor(kind="system", id="archiver"),
        what=f"shard/{shard}",
        facts={
            "last_change": str(max(change.sequence for change in changes)),
            "records": done.kinds.total(),
            "segments": done.segments,
        },
    )


def _key(shard: str, changes: Sequence[Change]) -> str:
    return f"archived {shard} {max(change.sequence for change in changes)}"
