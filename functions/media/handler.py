"""Trigger: SQS `media`: updates with media, complete uploads, verdicts of the malware scan.

Effect: media are fetched from Meta or given to it, checked, and stored sealed. What cannot be had
yet stays in the queue and comes again after a pause; what fails for good ends in the dead-letter
queue. A message that comes twice does nothing twice.
"""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

from functions.core.runtime import clock, log
from functions.media import reporting, wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

# The last piece may have come just in time: it must be sealed, stored and written down.
_RESERVE_MS = 20_000


def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    until_ms = clock.now_ms() + context.get_remaining_time_in_millis() - _RESERVE_MS

    def work(record: "SQSRecord") -> None:
        _work(record, until_ms)

    return process_partial_response(
        event=event, record_handler=work, processor=processor, context=context
    )


def _work(record: "SQSRecord", until_ms: int) -> None:
    log.bind(queue_message_id=record.message_id)
    tries = int(record.attributes.approximate_receive_count or 1)
    try:
        later = reporting.run(record.body, until_ms=until_ms)
    except Exception as error:  # the edge of a batch: told, and handed back to the queue
        log.error("medium not looked at", error, receive_count=tries)
        raise
    if later is not None:
        wiring.queue().postpone(record.receipt_handle, reporting.pause_s(later, tries))
        raise later
