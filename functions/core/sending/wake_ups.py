"""Wake-ups on the FIFO queue: "look at this thread". They carry no content and no number."""

import hashlib
import json
from typing import TYPE_CHECKING

from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsWakeUps:
    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def send(self, thread: str, cause: str) -> None:
        """`cause`: repeats of the same one within SQS's five minutes are dropped by the queue."""
        with as_unavailable("queueing a wake-up"):
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps({"thread": thread}),
                MessageGroupId=_name(thread),
                MessageDeduplicationId=_name(f"{thread} {cause}"),
            )


def thread_of(body: str) -> str:
    return str(json.loads(body)["thread"])


def _name(text: str) -> str:
    """FIFO ids allow 128 characters of a limited alphabet."""
    return hashlib.sha256(text.encode()).hexdigest()
