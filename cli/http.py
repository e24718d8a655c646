"""HTTP to our own loopback addresses: an answer is an answer, whatever its status."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

_POOL = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=60))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`raw`: the body as it came; `text`: as far as it is text."""

    status: int
    text: str
    raw: bytes = b""

    @property
    def body(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


def call(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    answer = _POOL.request(method, url, body=body, headers=headers or {})
    text = answer.data.decode("utf-8", errors="replace")
    return Answer(status=answer.status, text=text, raw=answer.data)


def call_json(
    method: str, url: str, value: Any = None, *, headers: Mapping[str, str] | None = None
) -> Answer:
    body = None if value is None else json.dumps(value).encode()
    return call(
        method, url, body=body, headers={"content-type": "application/json", **(headers or {})}
    )
