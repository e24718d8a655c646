"""Trigger: SQS FIFO `outbound`. Effect: a thread's pending messages go to Graph, in order.

State is in the table, not in the wake-up: a record that fails or comes twice is looked at again
and does nothing twice. Failing records end in the dead-letter queue after bounded tries; the
sweeper still finds their thread.
"""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import (
    SqsFifoPartialProcessor,
    process_partial_response,
)

from functions.core.runtime import clock, log
from functions.core.sending.wake_ups import thread_of
from functions.sender import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

# The last message begun may wait for the pair's pace, the number's, and Graph's full time-outs:
# 8, 8 and 12 seconds. Then the answer must be stored.
_RESERVE_MS = 30_000


def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    processor = SqsFifoPartialProcessor(skip_group_on_error=True)
    # else Lambda writes the whole error into its log, with whatever it quotes
    processor.raise_on_entire_batch_failure = False
    until_ms = clock.now_ms() + context.get_remaining_time_in_millis() - _RESERVE_MS

    def drain(record: "SQSRecord") -> None:
        _drain(record, until_ms)

    return process_partial_response(
        event=event, record_handler=drain, processor=processor, context=context
    )


def _drain(record: "SQSRecord", until_ms: int) -> None:
    log.bind(queue_message_id=record.message_id)
    try:
        report = wiring.drain().run(thread_of(record.body), until_ms=until_ms)
    except Exception as error:  # the edge of a batch: told, and handed back to the queue
        log.error("thread not drained", error)
        raise
    log.info("thread drained", settled=len(report.settled), waiting=report.waiting)
    for state in report.settled:
        log.metric("MessagesSettled", state=state.value)
    if report.stopped is not None:
        log.metric("ChannelStopped")
        log.warning("channel stopped", graph_error=report.stopped.reason)
