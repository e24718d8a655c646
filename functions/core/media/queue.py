"""The media queue beside announcements: asking for an upload, and putting a message off."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from functions.core.media.messages import upload_message
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_LONGEST_PAUSE_S = 12 * 3600  # visibility time-out of SQS (API reference, 2026)


class SqsUploadQueue:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, media_id: str) -> None:
        """To give Graph an upload whose parts are all there; twice is harmless."""
        with as_unavailable("asking to publish an upload"):
            self._client.send_message(QueueUrl=self._url, MessageBody=upload_message(media_id))

    def postpone(self, receipt_handle: str, pause_s: float) -> None:
        """When a message comes again. Should this fail, it comes after the queue's usual time."""
        seconds = min(max(int(pause_s), 1), _LONGEST_PAUSE_S)
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )
        except (ClientError, BotoCoreError):
            return
