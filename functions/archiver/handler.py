"""Trigger: the stream of table `conversations`. Effect: every change is in the WORM archive, once.

A batch that fails comes again, whole or in parts, until it succeeds or the stream forgets it (24
hours): an alarm on the age of its records is the one thing to watch. Nothing is written twice.
"""

from typing import TYPE_CHECKING, Any

from functions.archiver import auditing, wiring
from functions.core.runtime import clock, log
from functions.core.runtime.streams import change_from, shard_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    try:
        shard = shard_of(event, wiring.settings().stream_shards)
        changes = [change_from(record) for record in event.get("Records", [])]
        done = wiring.archiver().archive(shard, changes)
        if changes:
            auditing.enter(shard, changes, done)
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
