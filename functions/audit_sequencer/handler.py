"""Trigger: the stream of table `outbox`; and a schedule, for heartbeats.

Effect: every entry is in the audit log, once, under a signed checkpoint; a heartbeat is signed
even when nothing happened, and cosigned where there is a witness. On failure: the stream delivers
again, whole or in parts, until it succeeds or the stream forgets (24 hours): an alarm on the age of
its records and one on missing batches are what to watch. Nothing is written twice.
"""

from typing import TYPE_CHECKING, Any

from functions.audit_sequencer import wiring
from functions.core.audit.errors import WitnessRefusedError
from functions.core.runtime import clock, log
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
    done = wiring.sequencer().take(shard_of(event, wiring.settings().stream_shards), changes)
    log.info("entries sequenced", changes=len(changes), entries=done.entries, size=done.size)
    if done.sealed:  # not all of it delivered again
        log.metric("AuditSequenced", done.entries)
        log.metric("AuditBatches")
        delay_ms = clock.now_ms() - min(change.at_ms for change in changes)
        log.metric("AuditDelay", max(delay_ms, 0), "Milliseconds")


def _beat() -> None:
    done = wiring.sequencer().beat()
    log.info("heartbeat sealed", size=done.size)
    log.metric("AuditBatches")
    _ask_witness()


def _ask_witness() -> None:
    try:
        witnessing = wiring.witnessing()
        if witnessing is not None:
            log.info("checkpoint cosigned", size=witnessing.cosign())
    except Exception as error:  # noqa: BLE001 - a witness must not be able to stop the log
        # of its own words alone: other errors quote what they were given
        reason = str(error) if isinstance(error, WitnessRefusedError) else None
        log.error("checkpoint not cosigned", error, reason=reason)
        log.metric("WitnessRefused")
