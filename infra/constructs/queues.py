"""A queue and its dead-letter queue."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import SERVERLESS, acknowledge
from infra.constructs.function import Function
from infra.constructs.lifecycle import removal_policy
from infra.limits import limit

# a message that failed this often will not succeed by itself: a person looks at it
_TRIES = 5
# four days: a long weekend without anyone at work
QUEUE_RETENTION_DAYS = 4
DLQ_RETENTION_DAYS = limit("sqs_retention")


class QueueWithDlq(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        retain: bool,
        consumer_timeout: Duration,
        fifo: bool = False,
        tries: int = _TRIES,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dlq = dead_letter_queue(self, "Dlq", key=key, retain=retain, fifo=fifo)
        visibility = consumer_timeout.to_seconds() * limit("sqs_visibility_per_function_timeout")
        self.queue = sqs.Queue(
            self,
            "Queue",
            fifo=fifo or None,
            # one group per conversation: groups must not share the quota of one partition
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if fifo else None,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if fifo else None,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            # KMS bills per request; a data key may serve a day
            data_key_reuse=Duration.days(1),
            enforce_ssl=True,
            visibility_timeout=Duration.seconds(visibility),
            retention_period=Duration.days(QUEUE_RETENTION_DAYS),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dlq, max_receive_count=tries),
            removal_policy=removal_policy(retain=retain),
        )


def dead_letter_queue(
    scope: Construct, construct_id: str, *, key: kms.IKey, retain: bool, fifo: bool = False
) -> sqs.Queue:
    queue = sqs.Queue(
        scope,
        construct_id,
        fifo=fifo or None,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        data_key_reuse=Duration.days(1),
        enforce_ssl=True,
        retention_period=Duration.days(DLQ_RETENTION_DAYS),
        removal_policy=removal_policy(retain=retain),
    )
    acknowledge(
        queue,
        "SQSRedrivePolicy",
        SERVERLESS,
        reason=(
            "This is the end of the line: a dead-letter queue behind a dead-letter queue would "
            "only move the message again. Compensating controls: 14 days of retention, an alarm on "
            "the first message (asserted for every dead-letter queue in tests/infra), and a "
            "command by which the operator puts messages back."
        ),
    )
    return queue


def feed(consumer: Function, queue: sqs.IQueue, *, batch_size: int, concurrency: int) -> None:
    """Hand the queue's messages to `consumer`, which reports those that failed one by one."""
    source = event_sources.SqsEventSource(
        queue,
        batch_size=batch_size,
        report_batch_item_failures=True,
        # no more than is reserved: throttled polls would count as failed tries
        max_concurrency=concurrency,
    )
    consumer.function.add_event_source(source)
    acknowledge(
        consumer.function,
        "LambdaEventSourceMappingDestination",
        SERVERLESS,
        reason=(
            "Lambda offers a failure destination for streams, not for SQS. Compensating "
            "controls: partial batch responses, a bounded number of tries, then the queue's own "
            "dead-letter queue, which raises an alarm (asserted in tests/infra)."
        ),
    )
