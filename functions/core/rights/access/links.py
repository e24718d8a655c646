"""Links by which people fetch what we hold about them.

A link is 256 random bits; the table knows only its hash. It opens nothing: it lets somebody ask for
a code, which goes to the person's number. Who names the code gets a session, 256 bits again, that
stands in the forms of the page and nowhere else. A new session ends the one before.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from functions.core.rights.policy import HOUR_MS, MINUTE_MS, number
from functions.core.runtime.dynamodb import batch_get, translated, updated
from functions.core.runtime.expression import Expression
from functions.core.runtime.records import Item
from functions.core.runtime.values import encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BYTES = 32
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Link:
    """`name`: its hash. `codes`: how many were sent. Times in epoch milliseconds."""

    name: str
    request_id: str
    until_ms: int
    codes: int = 0
    session: str = ""
    session_until_ms: int = 0
    is_locked: bool = False


class LinkStore(Protocol):
    def put(self, link: Link) -> None: ...

    def load(self, name: str) -> Link | None: ...

    def count_code(self, name: str, most: int) -> int | None:
        """Which one it is, from 1; None when there were `most`."""

    def keep_session(self, name: str, session: str, until_ms: int) -> None: ...

    def lock(self, name: str) -> None:
        """No code opens it any more."""


class Links:
    def __init__(
        self,
        store: LinkStore,
        *,
        now_ms: Callable[[], int],
        random: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        self._store = store
        self._now_ms = now_ms
        self._random = random

    def issue(self, request_id: str) -> tuple[str, int]:
        """The token, which is told once, and until when it is good (ms)."""
        token = self._random(_BYTES)
        until_ms = self._now_ms() + number("link", "hours") * HOUR_MS
        self._store.put(Link(_hash(token), request_id, until_ms))
        return token, until_ms

    def find(self, token: str) -> Link | None:
        """None: never issued, or over."""
        link = self._store.load(_hash(token)) if _FORM.fullmatch(token) else None
        return link if link is not None and self._now_ms() < link.until_ms else None

    def may_send(self, link: Link) -> int | None:
        """The number of the code that may be sent now; None: there were enough."""
        return self._store.count_code(link.name, number("link", "codes"))

    def opened(self, link: Link) -> str:
        """A session, once the right code was named."""
        session = self._random(_BYTES)
        until_ms = self._now_ms() + number("link", "session_minutes") * MINUTE_MS
        self._store.keep_session(link.name, _hash(session), min(until_ms, link.until_ms))
        return session

    def lock(self, link: Link) -> None:
        self._store.lock(link.name)

    def is_open(self, link: Link, session: str) -> bool:
        known = link.session or "-"
        is_same = hmac.compare_digest(known, _hash(session))
        return is_same and self._now_ms() < link.session_until_ms


def code_subject(link: Link) -> str:
    """What a code of this link is for: guesses are counted for each link."""
    return f"link {link.name}"


class DynamoLinks:
    """`LinkStore` in the table `ephemeral`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def put(self, link: Link) -> None:
        told = {
            **_key(link.name),
            "request_id": link.request_id,
            "until_ms": link.until_ms,
            "codes": 0,
            "expires_at": link.until_ms // 1000 + 1,
        }
        with translated():
            self._client.put_item(TableName=self._table, Item=encode(told))

    def load(self, name: str) -> Link | None:
        found = list(batch_get(self._client, self._table, [_key(name)], consistent=True))
        return _link(name, found[0]) if found else None

    def count_code(self, name: str, most: int) -> int | None:
        """One at a time: of two at once one is told to wait for the other's."""
        link = self.load(name)
        if link is None or link.codes >= most:
            return None
        expression = Expression()
        expression.expect("codes", link.codes)
        expression.set("codes", link.codes + 1)
        done = updated(self._client, expression.update(self._table, _key(name)))
        return link.codes + 1 if done else None

    def keep_session(self, name: str, session: str, until_ms: int) -> None:
        expression = Expression()
        expression.set("session", session)
        expression.set("session_until_ms", until_ms)
        updated(self._client, expression.update(self._table, _key(name)))

    def lock(self, name: str) -> None:
        expression = Expression()
        expression.set("is_locked", True)
        expression.set("session", "")
        updated(self._client, expression.update(self._table, _key(name)))


def _link(name: str, item: Item) -> Link:
    return Link(
        name=name,
        request_id=item["request_id"],
        until_ms=item["until_ms"],
        codes=item["codes"],
        session=item.get("session", ""),
        session_until_ms=item.get("session_until_ms", 0),
        is_locked=item.get("is_locked", False),
    )


def _key(name: str) -> dict[str, str]:
    return {"pk": f"LINK#{name}"}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
