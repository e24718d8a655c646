"""Where intents live: message records, and the queue of pending ids on their thread."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from functions.core.audit.model import Event
from functions.core.runtime.records import Item


@dataclass(frozen=True)
class NewIntent:
    message_id: str
    thread: str
    attributes: Mapping[str, Any]  # of the message record
    thread_attributes: Mapping[str, Any]
    thread_digest: str | None  # of the thread record as it was read
    due_ms: int  # when the sweeper looks after it, should the wake-up get lost
    entry: Event  # of the audit log, stored with it


@dataclass(frozen=True)
class Claim:
    """Everything that must hold in the instant a message is taken for sending."""

    message_id: str
    thread: str
    attempt: int  # tries so far
    now_ms: int
    pair_tat_ms: int | None  # as read
    next_pair_tat_ms: int
    entry: Event  # of the audit log, stored with it
    window_thread: str | None = None  # free-form: this thread's window …
    window_after_ms: int = 0  # … was opened after this time
    also: tuple[Any, ...] = ()  # what else the transaction must find or change


class SendingStore(Protocol):
    def message(self, message_id: str) -> Item | None:
        """The message record, read consistently."""

    def threads(self, threads: Collection[str]) -> dict[str, Item]:
        """Thread records that exist, read consistently."""

    def create(self, intent: NewIntent) -> bool:
        """Store the intent and append it to its thread's pending ids, both or neither.

        False when the thread changed or the intent exists: read again.
        """

    def claim(self, claim: Claim) -> bool:
        """Queued → sending, if it is the head of its thread and every condition holds."""

    def advance(
        self, message_id: str, expected: str, attributes: Mapping[str, Any], entry: Event
    ) -> bool:
        """Set attributes (with `send_state`) if the state is still `expected`.

        With `withheld` among them, what was asked to be sent is removed.

        What the entry says is true whoever sets them, so it is stored before, once.
        """

    def pop(self, thread: str, message_id: str) -> Item | None:
        """Remove the head of the pending ids; the thread after that, None if it changed."""

    def postpone(self, thread: str, due_ms: int) -> None:
        """Have the sweeper wake this thread at that time, if anything is pending."""

    def answered(self, threads: Collection[str], after_ms: int, until_ms: int) -> bool:
        """Whether the business sent anything on these threads in that time."""


@dataclass(frozen=True)
class Channel:
    """A phone number id that does not send for now."""

    reason: str
    until_ms: int  # then one message is tried
    stopped: bool  # True: a person must act (token, permission, payment); False: slowed down


class ChannelStore(Protocol):
    def read(self, phone_number_id: str) -> Channel | None: ...

    def hold(self, phone_number_id: str, channel: Channel) -> None: ...

    def probe(self, phone_number_id: str, seen: Channel, next_ms: int) -> bool:
        """Move `until_ms` on from what was seen; True for the one who may try a message."""

    def clear(self, phone_number_id: str) -> None: ...


class PaceStore(Protocol):
    def take(self, bucket: str, *, limit: int, expires_s: int) -> bool:
        """Count one more in this bucket unless it is full."""
