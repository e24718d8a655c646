"""The durable write before the answer: a body in the inbound queue, sealed."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from functions.core.runtime.failures import as_unavailable
from functions.core.whatsapp.transit import Sealer, pack

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

    from functions.webhook.settings import WebhookSettings


class Inbox:
    """`s3` is called for large bodies only: most functions never need that client."""

    def __init__(
        self,
        *,
        sealer: Sealer,
        sqs: "SQSClient",
        s3: Callable[[], "S3Client"],
        settings: "WebhookSettings",
    ) -> None:
        self._sealer = sealer
        self._sqs = sqs
        self._s3 = s3
        self._settings = settings

    def put(self, body: bytes) -> None:
        """The object first: a pointer in the queue never points at nothing."""
        chosen = self._settings
        packed = pack(
            body,
            sealer=self._sealer,
            bucket=chosen.transit_bucket,
            claim_check_bytes=chosen.claim_check_bytes,
        )
        if packed.stored is not None:
            name, content = packed.stored
            with as_unavailable("storing a webhook body"):
                self._s3().put_object(Bucket=chosen.transit_bucket, Key=name, Body=content)
        with as_unavailable("enqueueing a webhook"):
            self._sqs.send_message(
                QueueUrl=chosen.inbound_queue_url,
                MessageBody=packed.message,
                MessageAttributes=packed.attributes,
            )
