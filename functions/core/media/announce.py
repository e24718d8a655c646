"""Telling the function that fetches media which facts hold some."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from functions.core.media.facts import FactId
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10  # entries of one SendMessageBatch (API reference, 2026)


class SqsMediaQueue:
    def __init__(self, client: "SQSClient", queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def announce(self, facts: Iterable[FactId]) -> None:
        """Repeating is harmless: what has been fetched is not fetched again."""
        waiting = iter(dict.fromkeys(facts))
        while batch := list(islice(waiting, _BATCH)):
            self._send(batch)

    def _send(self, batch: list[FactId]) -> None:
        entries = list(_entries(batch))
        with as_unavailable("announcing media"):
            answer = self._client.send_message_batch(
                QueueUrl=self._queue_url,
                Entries=entries,  # type: ignore[arg-type]
            )
        if answer.get("Failed"):
            raise StoreUnavailableError("announcing media: refused in part")


def _entries(batch: list[FactId]) -> Iterator[dict[str, str]]:
    for index, fact in enumerate(batch):
        body = {"message_id": fact.message_id, "sk": fact.sk, "fact_id": fact.fact_id}
        yield {"Id": str(index), "MessageBody": json.dumps(body)}
