"""Telling the function that fetches media which facts hold some."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from functions.core.media.facts import FactId
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsMediaQueue:
    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def announce(self, facts: Iterable[FactId]) -> None:
        """Repeating is harmless: what has been fetched is not fetched again."""
        for fact in dict.fromkeys(facts):
            body = {"message_id": fact.message_id, "sk": fact.sk, "fact_id": fact.fact_id}
            with as_unavailable("announcing media"):
                self._client.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))
