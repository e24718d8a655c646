"""The life of an intent: states, what may follow what, and when to try again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class SendState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # claimed: the request to Graph may or may not have left
    AMBIGUOUS = "ambiguous"  # Graph may or may not have accepted; a status will tell
    ACCEPTED = "accepted"
    REFUSED = "refused"  # by our gate: Graph was never asked
    FAILED = "failed"  # by Graph, for good
    UNCONFIRMED = "unconfirmed"  # ambiguous for too long; not sent again under at_most_once


SETTLED = frozenset(
    {SendState.ACCEPTED, SendState.REFUSED, SendState.FAILED, SendState.UNCONFIRMED}
)


class Policy(StrEnum):
    """What to do with a send that stays ambiguous."""

    AT_MOST_ONCE = "at_most_once"
    AT_LEAST_ONCE = "at_least_once"


@dataclass(frozen=True)
class Reason:
    """Why the gate refuses. `code` is stable, `detail` is for people."""

    code: str
    detail: str


@dataclass(frozen=True)
class Window:
    """What a thread knows about when the person may be written to freely (epoch ms)."""

    thread: str
    last_user_ms: int | None
    entry_points_ms: tuple[int, ...]


@dataclass(frozen=True)
class WindowRule:
    """Meta's customer service window, from policies/platform_limits.toml."""

    customer_service_ms: int
    entry_point_ms: int
    entry_point_answer_ms: int


def open_window(windows: Iterable[Window], rule: WindowRule, now_ms: int) -> Window | None:
    """The thread through which free-form messages are allowed now, if there is one."""
    opened = [
        w
        for w in windows
        if w.last_user_ms is not None and now_ms < w.last_user_ms + rule.customer_service_ms
    ]
    return max(opened, key=lambda w: w.last_user_ms or 0, default=None)


def entry_points(windows: Iterable[Window], rule: WindowRule, now_ms: int) -> list[int]:
    """Arrivals through an ad or Page button that would allow free-form now, if answered in time."""
    return sorted(
        at for w in windows for at in w.entry_points_ms if at <= now_ms < at + rule.entry_point_ms
    )


OUTSIDE_WINDOW = Reason(
    code="outside_customer_service_window",
    detail=(
        "The person has not written within the customer service window, so WhatsApp allows only "
        "an approved template now: send a message of type template."
    ),
)

NO_LONGER_VALID = Reason(
    code="no_longer_valid",
    detail="The limits on what a message may hold were tightened while this one waited.",
)

CONTENT_DESTROYED = Reason(
    code="content_destroyed",
    detail="The key of its content was destroyed while this one waited.",
)

NO_WAMID = Reason(
    code="referenced_message_not_on_whatsapp",
    detail="The message it refers to was never accepted by WhatsApp, or is not stored here.",
)


def backoff_ms(attempt: int, *, base_ms: int, cap_ms: int) -> int:
    """Delay before try number `attempt` + 1: doubled each time, bounded."""
    return min(base_ms << max(attempt - 1, 0), cap_ms)


def pair_slot_ms(tat_ms: int, now_ms: int, *, interval_ms: int, burst: int) -> tuple[int, int]:
    """Generic cell rate algorithm for one business-recipient pair.

    `tat_ms`: theoretical arrival time kept so far. Returns when the next message may leave and
    the arrival time to keep if it does.
    """
    start = max(tat_ms, now_ms)
    allowed_at = max(start - (burst - 1) * interval_ms, now_ms)
    return allowed_at, start + interval_ms
