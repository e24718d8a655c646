"""Dead letters back into their queue, on AWS and on the local platform alike.

AWS moves them itself (StartMessageMoveTask). Where that is not known, each message is sent first
and deleted after: killed in between, a message is there twice, and both consumers take a message
they have seen before as done. Never is it nowhere.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cli.errors import CliError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_NOT_KNOWN = {"InvalidAction", "AWS.SimpleQueueService.UnsupportedOperation", "UnknownOperation"}
_BATCH = 10
# long enough to send and delete a batch, short enough not to hide messages after a crash
_HIDDEN_SECONDS = 60
_POLL_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class QueuePair:
    queue_url: str
    dlq_url: str


def redrive(
    sqs: "SQSClient", pair: QueuePair, *, pause: Callable[[float], None] = time.sleep
) -> int:
    """How many messages went back; 0 when the dead-letter queue was empty."""
    count = waiting(sqs, pair.dlq_url)
    if not count:
        return 0
    try:
        return _let_aws_move(sqs, pair, pause)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in _NOT_KNOWN:
            raise
    return _move_by_hand(sqs, pair, at_most=count)


def _let_aws_move(sqs: "SQSClient", pair: QueuePair, pause: Callable[[float], None]) -> int:
    source = _arn(sqs, pair.dlq_url)
    destination = _arn(sqs, pair.queue_url)
    sqs.start_message_move_task(SourceArn=source, DestinationArn=destination)
    while True:
        task = sqs.list_message_move_tasks(SourceArn=source, MaxResults=1)["Results"][0]
        status = task.get("Status", "")
        moved = task.get("ApproximateNumberOfMessagesMoved", 0)
        if status == "COMPLETED":
            return moved
        if status != "RUNNING":
            raise CliError(
                f"AWS stopped after {moved} messages ({status}: {task.get('FailureReason', '')}). "
                "The rest is still in the dead-letter queue; run the command again."
            )
        pause(_POLL_SECONDS)


def _move_by_hand(sqs: "SQSClient", pair: QueuePair, *, at_most: int) -> int:
    """At most what was there at the start: a message that fails at once must not go in circles."""
    moved = 0
    while moved < at_most:
        received = sqs.receive_message(
            QueueUrl=pair.dlq_url,
            MaxNumberOfMessages=min(_BATCH, at_most - moved),
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,
        )
        messages: list[Any] = list(received.get("Messages", []))
        if not messages:
            break
        for message in messages:
            sqs.send_message(**_copy(message, pair.queue_url))
            sqs.delete_message(QueueUrl=pair.dlq_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def _copy(message: dict[str, Any], queue_url: str) -> dict[str, Any]:
    system = message.get("Attributes", {})
    copy: dict[str, Any] = {"QueueUrl": queue_url, "MessageBody": message["Body"]}
    if attributes := message.get("MessageAttributes"):
        copy["MessageAttributes"] = attributes
    if trace := system.get("AWSTraceHeader"):
        value = {"StringValue": trace, "DataType": "String"}
        copy["MessageSystemAttributes"] = {"AWSTraceHeader": value}
    if group := system.get("MessageGroupId"):
        copy["MessageGroupId"] = group
    if "MessageDeduplicationId" in system:
        # its first id may still be remembered, and the copy would vanish without an error
        copy["MessageDeduplicationId"] = f"redrive-{message['MessageId']}"
    return copy


def waiting(sqs: "SQSClient", url: str) -> int:
    """Messages in a queue, those included that somebody works on."""
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(count) for count in counts.values())


def _arn(sqs: "SQSClient", url: str) -> str:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]
