"""The ledger of erasures: who must be erased again should an older copy of a table come back.

Write-once, in the archive bucket. Opaque ids only: aliases, the times in which they were the
person's, keys. Whoever reads it learns that somebody was erased, and not whom.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.core.contacts.model import Person, Span
from functions.core.retention.kinds import DataKind
from functions.core.rights.erasure.model import CutOff
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FORMAT = 1
_PREFIX = "erasures/"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One erasure: whose, and how far back each kind of data goes. Times in epoch ms.

    `spans`: aliases, and when they were the person's. `numbers`: ids of the business's numbers.
    """

    request: str
    erased_ms: int
    contact_id: str
    spans: tuple[Span, ...]
    keys: tuple[str, ...]
    numbers: tuple[str, ...]
    cut_offs: Mapping[DataKind, CutOff]

    @property
    def person(self) -> Person:
        return Person(self.contact_id, self.spans)

    @property
    def nodes(self) -> list[str]:
        return sorted({span.node for span in self.spans})

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.encoded()).hexdigest()

    def encoded(self) -> bytes:
        told = {
            "v": FORMAT,
            "request": self.request,
            "erased_ms": self.erased_ms,
            "contact_id": self.contact_id,
            "spans": [_span_told(span) for span in self.spans],
            "keys": list(self.keys),
            "numbers": list(self.numbers),
            "before_ms": {each.kind.value: each.before_ms for each in self.cut_offs.values()},
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def entry_from(data: bytes) -> Entry:
    told = json.loads(data)
    return Entry(
        request=told["request"],
        erased_ms=told["erased_ms"],
        contact_id=told["contact_id"],
        spans=tuple(_span_from(span) for span in told["spans"]),
        keys=tuple(told["keys"]),
        numbers=tuple(told["numbers"]),
        cut_offs={
            DataKind(kind): CutOff(DataKind(kind), before_ms)
            for kind, before_ms in told["before_ms"].items()
        },
    )


class S3Ledger:
    """In the archive bucket, under its lock: nobody changes an entry or removes it."""

    def __init__(
        self,
        client: "S3Client",
        bucket: str,
        *,
        lock_mode: Any,
        retention_days: int,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._lock_mode = lock_mode
        self._retention = timedelta(days=retention_days)
        self._now = now

    def put(self, entry: Entry) -> None:
        """Once: its name follows from when the erasure began."""
        with as_unavailable("writing the ledger of erasures"):
            try:
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=name_of(entry),
                    Body=entry.encoded(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                    ObjectLockMode=self._lock_mode,
                    ObjectLockRetainUntilDate=self._now().astimezone(UTC) + self._retention,
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "PreconditionFailed":
                    raise  # else it is there

    def since(self, at_ms: int) -> Iterator[Entry]:
        """Everything erased at or after this moment, month by month."""
        start = f"{_PREFIX}{_month(at_ms)}/"
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=_PREFIX, StartAfter=start
        )
        for page in pages:
            for listed in page.get("Contents", ()):
                entry = entry_from(self._read(listed["Key"]))
                if entry.erased_ms >= at_ms:
                    yield entry

    def _read(self, name: str) -> bytes:
        return self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()


def name_of(entry: Entry) -> str:
    """It follows from the content; one request is erased once."""
    return f"{_PREFIX}{_month(entry.erased_ms)}/{entry.request}-{entry.sha256}.json"


def _month(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y/%m}"


def _span_told(span: Span) -> list[Any]:
    after = None if span.after_ms == -inf else int(span.after_ms)
    return [span.node, after, None if span.until_ms == inf else int(span.until_ms)]


def _span_from(told: list[Any]) -> Span:
    node, after, until = told
    return Span(node, -inf if after is None else after, inf if until is None else until)
