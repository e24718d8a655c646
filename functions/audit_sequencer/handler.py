"""Trigger: the stream of table `outbox`; and a schedule, for heartbeats.

Effect: every entry is in the audit log, once, under a signed checkpoint; a heartbeat is signed
even when nothing happened, and shown to the witness. On failure: the stream delivers again, whole
or in parts, until it succeeds or the stream forgets (24 hours): an alarm on the age of its records
and one on missing batches are what to watch. Nothing is written twice.
"""

from typing import TYPE_CHECKING, Any

from functions.audit_sequencer import wiring
from functions.core.runtime import clock, log
from functions.core.runtime.errors import AmanaError
from functions.core.runtime.streams import change_from, shard_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    try:
        _sequence(event) if "Records" in event or "window" in event else _beat()
    except Exception as error:  # told, and handed back; entries hold nothing in clear
        log.error("entries not sequenced", error)
        raise
    # an event source with a tumbling window wants a state; nothing failed but what raised above
    return {"state": {}, "batchItemFailures": []}


def _sequence(event: dict[str, Any]) -> None:
    changes = [change_from(record) for record in event.get("Records", [])]
    if not changes:  # a window closes
        return
    shard = shard_of(event, wiring.settings().stream_shards)
    done = wiring.sequencer().take(shard, changes)
    log.info("entries sequenced", changes=len(changes), entries=done.entries, size=done.size)
    if not done.sealed:  # delivered again
        return
    log.metric("AuditSequenced", done.entries)
    log.metric("AuditBatches")
    delay_ms = clock.now_ms() - min(change.at_ms for change in changes)
    log.metric("AuditDelay", max(delay_ms, 0), "Milliseconds")


def _beat() -> None:
    done = wiring.sequencer().beat()
    log.info("heartbeat sealed", size=done.size)
    log.metric("AuditBatches")
    cosigner = wiring.cosigner()
    if cosigner is None:
        return
    try:
        cosigner.cosign()
    except AmanaError as error:  # the log goes on; somebody has to look
        log.error("checkpoint not cosigned", error)
        log.metric("WitnessRefused")
