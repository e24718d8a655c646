"""Giving a stored medium to a caller, once for every ticket; who got one is written down."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from functions.core.content.errors import KeyDestroyedError
from functions.core.content.tickets import Tickets
from functions.core.conversations.model import moment
from functions.core.media import policy
from functions.core.media.keeping import Keeper
from functions.core.media.model import SERVED, State
from functions.core.media.refusals import (
    BadRangeError,
    NoLongerThereError,
    NotReadyError,
    NotServedError,
    UnknownMediumError,
)
from functions.core.media.store import MediaStore
from functions.core.runtime.records import Item


@dataclass(frozen=True)
class Served:
    """Bytes `first` to `last` of `size`, both included."""

    content: bytes = field(repr=False)
    first: int
    last: int
    size: int


@dataclass(frozen=True)
class Wanted:
    """What a caller asks for. `last` None: to the end. `whole`: no range was given."""

    first: int = 0
    last: int | None = None
    whole: bool = False


class Serving:
    def __init__(
        self,
        *,
        store: MediaStore,
        keeper: Keeper,
        tickets: Tickets,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._keeper = keeper
        self._tickets = tickets
        self._now_ms = now_ms

    def show(self, *, client_id: str, media_id: str) -> dict[str, Any]:
        """What is known of a medium; with a one-time ticket when it can be had."""
        item = self._item(media_id)
        ticket = expires_ms = None
        if item["state"] in SERVED and "destroyed_ms" not in item:
            ticket, expires_ms = self._issued(client_id, media_id, item)
        return {
            "id": media_id,
            "state": item["state"],
            "reason": item.get("reason") or None,
            "direction": item["direction"],
            "kind": item["type"],
            "mime_type": item.get("mime") or None,
            "bytes": item.get("bytes"),
            "sha256": item.get("sha256"),
            "filename": item.get("filename"),
            "message_id": item.get("message_id"),
            "sendable_until_ms": item.get("expires_ms"),
            "is_destroyed": "destroyed_ms" in item,
            "destroyed_ms": item.get("destroyed_ms"),
            "ticket": ticket,
            "ticket_expires_ms": expires_ms,
        }

    def content(self, *, client_id: str, media_id: str, ticket: str, wanted: Wanted) -> Served:
        """Raises `TicketRefusedError`, or one of `refusals`. The ticket counts, not the scope."""
        item = self._item(media_id)
        _check_served(item)
        size = int(item["bytes"])
        first, last = _range(wanted, size, policy.number("download", "range"))
        self._tickets.redeem(ticket, _subject(client_id, media_id), first, last)
        try:
            content = self._keeper.opened_range(
                item["object"], item["key"], first=first, last=last, size=size
            )
        except KeyDestroyedError:
            raise NoLongerThereError("its key was destroyed") from None
        return Served(content, first, last, size)

    def _issued(self, client_id: str, media_id: str, item: Item) -> tuple[str, int]:
        """Who may read is written down before they can."""
        now_ms, lifetime_s = self._now_ms(), policy.number("download", "ticket")
        ticket = self._tickets.issue(_subject(client_id, media_id), int(item["bytes"]), lifetime_s)
        name = hashlib.sha256(ticket.encode()).hexdigest()[:16]
        told = {"client": client_id, "granted_ms": now_ms, "bytes": item["bytes"]}
        self._store.note(media_id, f"ACCESS#{moment(now_ms, name)}", told)
        return ticket, now_ms + lifetime_s * 1000

    def _item(self, media_id: str) -> Item:
        item = self._store.load(media_id)
        if item is None or "direction" not in item:
            raise UnknownMediumError("no such medium")
        return item


def _check_served(item: Item) -> None:
    state = State(item["state"])
    if "destroyed_ms" in item or state in (State.GONE, State.FAILED):
        raise NoLongerThereError("not to be had any more")
    if state is State.QUARANTINED:
        raise NotServedError(str(item["reason"]))
    if state not in SERVED:
        raise NotReadyError(state.value)


def _range(wanted: Wanted, size: int, most: int) -> tuple[int, int]:
    """No more than `most` bytes, wherever the range ends; a whole file must fit."""
    last = size - 1 if wanted.last is None else min(wanted.last, size - 1)
    if wanted.first > last or (wanted.whole and size > most):
        raise BadRangeError(size)
    return wanted.first, min(last, wanted.first + most - 1)


def _subject(client_id: str, media_id: str) -> str:
    """A ticket is for one caller and one medium."""
    return f"media:{media_id}:{client_id}"
