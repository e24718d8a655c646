"""Meta's Graph API, as far as media go: describe, download, upload.

Nothing here is repeated blindly and nothing is kept: what came of a request is an answer or one
of the errors of this package.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urljoin

import urllib3
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from functions.core.media.errors import (
    GoneError,
    LaterError,
    QuarantineError,
    RefusedError,
    UrlExpiredError,
)
from functions.core.media.forms import Form
from functions.core.media.hosts import Hosts
from functions.core.media.model import Reason, base_mime
from functions.core.runtime import clock
from functions.core.whatsapp.graph_answers import Refused, outcome_of
from functions.core.whatsapp.graph_errors import ErrorClass
from functions.core.whatsapp.reading import mapping, text

CHUNK_BYTES = 64 * 1024
_CONNECT_SECONDS = 2
# between two pieces; a file may take as long as the function lives
_READ_SECONDS = 15
# A connection idle for longer may be dead without telling, above all after Lambda froze the
# process: finding out would take as long as waiting for an answer.
_IDLE_MS = 30_000
_MOST_REDIRECTS = 2
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500
_LONGEST_ANSWER = 64 * 1024
# "does not exist, cannot be loaded due to missing permissions, …"
_NO_SUCH_OBJECT = (100, 33)

_SLOWED_DOWN = frozenset(
    {
        ErrorClass.RETRY,
        ErrorClass.SLOW_DOWN_WABA,
        ErrorClass.SLOW_DOWN_NUMBER,
        ErrorClass.SLOW_DOWN_PAIR,
        ErrorClass.SLOW_DOWN_ALARM,
    }
)


@dataclass(frozen=True)
class Description:
    """What Graph says of a medium. `size`: None when it does not say. `sha256`: hex."""

    url: str = field(repr=False)
    mime: str
    sha256: str = field(repr=False)
    size: int | None


class Token(Protocol):
    def get(self) -> str: ...

    def forget(self) -> None:
        """Graph refused it: read it anew next time."""


class MediaGraph:
    def __init__(
        self,
        *,
        url: str,
        version: str,
        hosts: Hosts,
        token: Token,
        http: urllib3.PoolManager | None = None,
        now_ms: Callable[[], int] = clock.now_ms,
    ) -> None:
        self._base = f"{url.rstrip('/')}/{version}"
        self._hosts = hosts
        self._token = token
        self._http = http or urllib3.PoolManager(
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        )
        self._now_ms = now_ms
        self._used_ms = 0

    def describe(self, media_id: str) -> Description:
        """Raises `GoneError`, `LaterError`, `RefusedError`."""
        told = self._ask("GET", f"{self._base}/{quote(media_id, safe='')}")
        size = text(told.get("file_size"))
        return Description(
            url=text(told.get("url")),
            mime=base_mime(text(told.get("mime_type"))),
            sha256=text(told.get("sha256")),
            size=int(size) if size.isascii() and size.isdigit() else None,
        )

    def sees(self, phone_number_id: str) -> bool:
        """Whether our token reaches what belongs to that number at all."""
        try:
            self._ask("GET", f"{self._base}/{quote(phone_number_id, safe='')}?fields=id")
        except (GoneError, RefusedError):
            return False
        return True

    @contextmanager
    def download(self, url: str, *, until_ms: int) -> Iterator[Iterator[bytes]]:
        """The bytes behind a download URL, piece by piece; after `until_ms` no more of them."""
        answer = self._opened(url)
        try:
            yield self._pieces(answer, until_ms)
        finally:
            # what was not read is not waited for
            answer.close()

    def upload(self, phone_number_id: str, *, mime: str, size: int, pieces: Iterable[bytes]) -> str:
        """Meta's id. An answer that was lost costs an orphan at Meta, which forgets it."""
        form = Form(mime)
        answer = self._ask(
            "POST",
            f"{self._base}/{quote(phone_number_id, safe='')}/media",
            body=form.around(pieces),
            headers={"Content-Type": form.content_type, "Content-Length": str(form.length(size))},
        )
        media_id = text(answer.get("id"))
        if not media_id:
            raise LaterError(Reason.GRAPH_UNAVAILABLE)
        return media_id

    def _ask(
        self, method: str, url: str, *, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        answer = self._request(method, url, body=body, headers=headers)
        data = _read(answer)
        if answer.status == _OK:
            return _json(data)
        raise self._refusal(answer, data)

    def _opened(self, url: str) -> BaseHTTPResponse:
        for _ in range(_MOST_REDIRECTS + 1):
            if not self._hosts.allow(url):
                raise QuarantineError(Reason.FOREIGN_HOST)
            answer = self._request("GET", url)
            if answer.status == _OK:
                return answer
            answer.close()
            if answer.status not in _REDIRECTS:
                raise _not_downloaded(answer)
            url = urljoin(url, answer.headers.get("Location", ""))
        raise LaterError(Reason.GRAPH_UNAVAILABLE)

    def _request(
        self, method: str, url: str, *, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> BaseHTTPResponse:
        token = self._token.get().strip()
        if not token or not token.isascii() or not token.isprintable():
            self._token.forget()
            raise LaterError(Reason.CHANNEL_STOPPED, stopped=True)
        if not 0 <= self._now_ms() - self._used_ms < _IDLE_MS:
            self._http.clear()
        self._used_ms = self._now_ms()
        try:
            return self._http.request(
                method,
                url,
                body=body,
                headers={"Authorization": f"Bearer {token}", **(headers or {})},
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        except HTTPError:
            raise LaterError(Reason.GRAPH_UNAVAILABLE) from None  # its words quote the address

    def _pieces(self, answer: BaseHTTPResponse, until_ms: int) -> Iterator[bytes]:
        try:
            for piece in answer.stream(CHUNK_BYTES, decode_content=False):
                if self._now_ms() > until_ms:
                    raise LaterError(Reason.CUT_OFF)
                yield piece
        except HTTPError:  # cut off, or nothing came for too long
            raise LaterError(Reason.CUT_OFF) from None

    def _refusal(self, answer: BaseHTTPResponse, data: bytes) -> Exception:
        error = mapping(_json(data).get("error"))
        if (error.get("code"), error.get("error_subcode")) == _NO_SUCH_OBJECT:
            return GoneError(Reason.GONE_AT_META)
        retry_after = answer.headers.get("Retry-After", "")
        outcome = outcome_of(answer.status, data, retry_after=retry_after)
        if not isinstance(outcome, Refused):
            return LaterError(Reason.GRAPH_UNAVAILABLE)
        if outcome.error_class is ErrorClass.STOP_CHANNEL:
            self._token.forget()
            return LaterError(Reason.CHANNEL_STOPPED, stopped=True)
        if outcome.error_class in _SLOWED_DOWN:
            return LaterError(Reason.GRAPH_UNAVAILABLE, delay_s=outcome.retry_delay_seconds)
        return RefusedError(Reason.REFUSED_BY_GRAPH, code=outcome.code)


def _not_downloaded(answer: BaseHTTPResponse) -> Exception:
    """Meta's file servers answer without Graph's errors: by status alone."""
    if answer.status == _TOO_MANY or answer.status >= _SERVER_ERROR:
        return LaterError(Reason.GRAPH_UNAVAILABLE)
    return UrlExpiredError(Reason.GRAPH_UNAVAILABLE)


def _read(answer: BaseHTTPResponse) -> bytes:
    try:
        data = answer.read(_LONGEST_ANSWER, decode_content=True)
    except HTTPError:
        raise LaterError(Reason.GRAPH_UNAVAILABLE) from None
    if len(data) < _LONGEST_ANSWER:
        answer.release_conn()
    else:  # what is left on the connection would be the next answer
        answer.close()
    return data


def _json(data: bytes) -> Mapping[str, Any]:
    try:
        return mapping(json.loads(data))
    except (ValueError, RecursionError):
        return {}
