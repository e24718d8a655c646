"""Meta's Graph API, as far as sending goes: one request, one outcome, no retries in here.

Whether a failed request may be repeated depends on whether it left: Graph knows no idempotency
key. So connection errors are told apart from answers that never came.
"""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from functions.core.whatsapp.graph_answers import (
    Accepted,
    Ambiguous,
    NotSent,
    Outcome,
    Refused,
    outcome_of,
    unusable_token,
)

__all__ = ["Accepted", "Ambiguous", "GraphClient", "NotSent", "Outcome", "Refused"]

# Graph answers a send in well under a second; the sum leaves a sender time to store the outcome.
_CONNECT_SECONDS = 2
_READ_SECONDS = 10
# A connection idle for longer may be dead without telling, above all after Lambda froze the
# process. A request on it would be lost in doubt; opening a new one costs 50 ms.
_IDLE_SECONDS = 30


class GraphClient:
    def __init__(
        self,
        *,
        url: str,
        version: str,
        http: urllib3.PoolManager | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._base = f"{url.rstrip('/')}/{version}"
        self._http = http or urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        )
        # both: one of them stands still while Lambda freezes the process, the other can be set
        self._clocks = (monotonic, wall)
        self._used = [clock() for clock in self._clocks]

    def send(self, phone_number_id: str, payload: Mapping[str, Any], token: str) -> Outcome:
        token = token.strip()
        if not token or not token.isascii() or not token.isprintable():
            return unusable_token()
        self._drop_stale_connections()
        try:
            answer = self._http.request(
                "POST",
                f"{self._base}/{quote(phone_number_id, safe='')}/messages",
                body=json.dumps(payload, separators=(",", ":")).encode(),
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
                redirect=False,
            )
        except HTTPError as error:
            return _lost(error)
        retry_after = answer.headers.get("Retry-After", "")
        return outcome_of(answer.status, answer.data, retry_after=retry_after)

    def _drop_stale_connections(self) -> None:
        now = [clock() for clock in self._clocks]
        if any(at - used > _IDLE_SECONDS for at, used in zip(now, self._used, strict=True)):
            self._http.clear()
        self._used = now


def _lost(error: HTTPError) -> Outcome:
    """Only what certainly happened before the request was written counts as not sent."""
    reason = type(error).__name__
    if isinstance(error, NewConnectionError | ConnectTimeoutError):
        return NotSent(reason)
    untrusted = isinstance(error, SSLError) and error.args
    if untrusted and isinstance(error.args[0], ssl.SSLCertVerificationError):
        return NotSent(reason)
    return Ambiguous(reason)
