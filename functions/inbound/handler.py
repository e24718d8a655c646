"""Trigger: SQS `inbound`, one message per webhook POST. Effect: every update is stored once.

A record that fails comes back by itself and ends in the dead-letter queue after bounded tries;
its neighbours in the batch are not repeated.
"""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)

from functions.core.runtime import aws, log
from functions.core.whatsapp.transit import unpack
from functions.inbound import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> "PartialItemFailureResponse":
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(
        event=event, record_handler=_fold, processor=processor, context=context
    )


def _fold(record: "SQSRecord") -> None:
    log.bind(queue_message_id=record.message_id)
    try:
        body = unpack(record.raw_event, opener=wiring.opener(), s3=aws.s3())
        counts = wiring.intake().take(body, request=record.message_id).counts
    except Exception as error:  # the edge of a batch: told, and handed back to the queue
        log.error(
            "body not folded", error, receive_count=record.attributes.approximate_receive_count
        )
        raise
    log.info("body folded", **{f"{name}_updates": n for name, n in counts.items()})
    for name, count in counts.items():
        if name.startswith("unknown_"):
            log.metric("UnknownUpdates", count, kind=name.removeprefix("unknown_"))
