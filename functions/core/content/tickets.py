"""One-time tickets: whoever holds one may read one thing once, in pieces, for a short time.

A ticket is 256 random bits; the table knows only its hash. Pieces are taken in order and each
once, by a conditional write, so that of two readers with one ticket each piece goes to one.
Pieces may be skipped: a reader that broke off goes on with a new ticket where it stopped.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from functions.core.runtime.dynamodb import translated
from functions.core.runtime.errors import AmanaError
from functions.core.runtime.values import decode, encode

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BYTES = 32
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")
_UNUSED = "subject = :subject AND #next <= :start AND #size > :end AND expires_ms > :now"


class TicketRefusedError(AmanaError):
    """The ticket is used up, expired, for something else, or was never issued; ask for another."""


@dataclass(frozen=True)
class Grant:
    """`subject`: what may be read, and by whom. `size`: bytes, at least 1."""

    subject: str
    size: int
    expires_ms: int


class TicketStore(Protocol):
    def put(self, name: str, grant: Grant) -> None: ...

    def take(self, name: str, subject: str, start: int, end: int, *, now_ms: int) -> int | None:
        """Take bytes `start` to `end`, both included; returns the size, None when refused."""

    def forget(self, name: str) -> None: ...


class Tickets:
    def __init__(
        self,
        store: TicketStore,
        *,
        now_ms: Callable[[], int],
        random: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        self._store = store
        self._now_ms = now_ms
        self._random = random

    def issue(self, subject: str, size: int, lifetime_s: int) -> str:
        ticket = self._random(_BYTES)
        grant = Grant(subject, size, self._now_ms() + lifetime_s * 1000)
        self._store.put(_name(ticket), grant)
        return ticket

    def redeem(self, ticket: str, subject: str, start: int, end: int) -> None:
        """Raises `TicketRefusedError` unless these bytes (both included) may be read now."""
        if not _FORM.fullmatch(ticket) or not 0 <= start <= end:
            raise TicketRefusedError("not a ticket, or not a range")
        name = _name(ticket)
        size = self._store.take(name, subject, start, end, now_ms=self._now_ms())
        if size is None:
            raise TicketRefusedError("used up, expired, or for something else")
        if end == size - 1:
            self._store.forget(name)


class DynamoTickets:
    """`TicketStore` in the ephemeral table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def put(self, name: str, grant: Grant) -> None:
        item = {
            "pk": name,
            "subject": grant.subject,
            "size": grant.size,
            "next": 0,
            "expires_ms": grant.expires_ms,
            "expires_at": grant.expires_ms // 1000 + 1,
        }
        with translated():
            self._client.put_item(TableName=self._table, Item=encode(item))

    def take(self, name: str, subject: str, start: int, end: int, *, now_ms: int) -> int | None:
        try:
            with translated():
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=encode({"pk": name}),
                    UpdateExpression="SET #next = :next",
                    ConditionExpression=_UNUSED,
                    ExpressionAttributeNames={"#next": "next", "#size": "size"},
                    ExpressionAttributeValues=encode(
                        {
                            ":next": end + 1,
                            ":subject": subject,
                            ":start": start,
                            ":end": end,
                            ":now": now_ms,
                        }
                    ),
                    ReturnValues="ALL_NEW",
                )
        except ClientError:  # anything but a failed condition was translated
            return None
        return int(decode(answer["Attributes"])["size"])

    def forget(self, name: str) -> None:
        """It is used up already; its place in the table is all that goes."""
        with translated():
            self._client.delete_item(TableName=self._table, Key=encode({"pk": name}))


def _name(ticket: str) -> str:
    return f"TICKET#{hashlib.sha256(ticket.encode()).hexdigest()}"
