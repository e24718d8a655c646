"""The threads that post webhooks."""

import threading
from collections.abc import Callable

import urllib3

from sandbox.webhooks.outbox import Outbox
from sandbox.webhooks.post import NOBODY_LISTENS, Result
from sandbox.wire import SIGNATURE_HEADER, sign

_PATIENCE_SECONDS = 5

# sends bytes with their signature to a URL
Transport = Callable[[str, bytes, str], Result]


class HttpTransport:
    def __init__(self, ca_bundle: str | None, timeout_seconds: float) -> None:
        self._pool = urllib3.PoolManager(ca_certs=ca_bundle, timeout=timeout_seconds, retries=False)

    def __call__(self, url: str, raw: bytes, signature: str) -> Result:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            SIGNATURE_HEADER: signature,
        }
        try:
            response = self._pool.request("POST", url, body=raw, headers=headers, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return Result(error=type(error).__name__)
        return Result(status=response.status)

    def handshake(self, url: str, verify_token: str, challenge: str) -> str | None:
        """Meta's GET before it accepts a webhook URL; None when it went well, else why not."""
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": verify_token,
            "hub.challenge": challenge,
        }
        try:
            response = self._pool.request("GET", url, fields=query, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return type(error).__name__
        if response.status != 200:  # noqa: PLR2004  # Meta takes no other status for a yes
            return f"HTTP {response.status}"
        return None if response.data == challenge.encode() else "the challenge did not come back"

    def close(self) -> None:
        self._pool.clear()


class Workers:
    def __init__(
        self, outbox: Outbox, transport: Transport, url: Callable[[], str | None], app_secret: str
    ) -> None:
        self._outbox = outbox
        self._transport = transport
        self._url = url
        self._secret = app_secret
        self._threads: list[threading.Thread] = []

    def start(self, count: int) -> None:
        for number in range(count):
            thread = threading.Thread(target=self._run, name=f"webhooks-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def join(self) -> None:
        """A post that hangs is given up: its thread ends with the process."""
        for thread in self._threads:
            thread.join(_PATIENCE_SECONDS)

    def _run(self) -> None:
        while post := self._outbox.take():
            raw = post.bytes
            signature = sign(self._secret, raw)
            url = self._url()
            result = self._transport(url, raw, signature) if url else Result(error=NOBODY_LISTENS)
            self._outbox.record(post, raw, signature, result)
