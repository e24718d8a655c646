"""A request of a person about their data: what it is, where it stands, what leads where. Pure.

What happens to a request are deeds; each leads from some states to one other. Everything else
about where it stands (when it is due, whether its clock runs) is computed from what is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from functions.core.rights.errors import NotNowError


class Right(StrEnum):
    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"


# effective at the gate from the moment they are filed, until they are denied
AT_ONCE = frozenset({Right.RESTRICTION, Right.OBJECTION})


class Source(StrEnum):
    API = "api"  # a system of the business
    STAFF = "staff"
    PERSON = "person"  # wrote it in the chat


class State(StrEnum):
    IDENTITY_UNVERIFIED = "identity_unverified"
    REQUIRES_INPUT = "requires_input"  # staff must find out who it is
    PENDING = "pending"  # waits for a decision
    APPROVED = "approved"
    DENIED = "denied"
    IN_PROCESSING = "in_processing"
    PAUSED = "paused"
    COMPLETE = "complete"
    ERROR = "error"
    DUPLICATE = "duplicate"
    CANCELED = "canceled"


OVER = frozenset({State.DENIED, State.COMPLETE, State.DUPLICATE, State.CANCELED})
# in these the clock stands still: something is needed from the person first
_STILL = frozenset({State.REQUIRES_INPUT, State.PAUSED})


class Deed(StrEnum):
    FILED = "filed"
    CODE_ASKED = "code_asked"
    CODE_SENT = "code_sent"
    STEPPED_UP = "stepped_up"  # a code does not do, or cannot be sent
    LOCKED = "locked"  # too many wrong codes
    VERIFIED = "verified"
    APPROVED = "approved"
    DENIED = "denied"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    CANCELED = "canceled"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"


_UNDECIDED = (State.IDENTITY_UNVERIFIED, State.REQUIRES_INPUT, State.PENDING)
_SAME = None

# deed → state before → state after; _SAME: it stays where it is
_LEADS: Mapping[Deed, Mapping[State, State | None]] = {
    Deed.CODE_ASKED: {State.IDENTITY_UNVERIFIED: _SAME},
    Deed.CODE_SENT: {State.IDENTITY_UNVERIFIED: _SAME},
    Deed.STEPPED_UP: {State.IDENTITY_UNVERIFIED: State.REQUIRES_INPUT},
    Deed.LOCKED: {State.IDENTITY_UNVERIFIED: State.REQUIRES_INPUT},
    Deed.VERIFIED: dict.fromkeys(_UNDECIDED[:2], State.PENDING),
    Deed.APPROVED: {State.PENDING: State.APPROVED},
    # somebody whose identity stays in doubt is told no as well
    Deed.DENIED: dict.fromkeys(_UNDECIDED, State.DENIED),
    Deed.PAUSED: dict.fromkeys(_UNDECIDED, State.PAUSED),
    # back to where it was paused, see `after`; what failed is tried again
    Deed.RESUMED: {State.PAUSED: _SAME, State.ERROR: State.APPROVED},
    Deed.EXTENDED: dict.fromkeys((*_UNDECIDED, State.PAUSED, State.APPROVED, State.ERROR), _SAME),
    Deed.CANCELED: dict.fromkeys((*_UNDECIDED, State.PAUSED, State.ERROR), State.CANCELED),
    Deed.REMINDED: dict.fromkeys((*_UNDECIDED, State.PAUSED, State.ERROR), _SAME),
    Deed.ESCALATED: dict.fromkeys((*_UNDECIDED, State.PAUSED, State.ERROR), _SAME),
    Deed.STARTED: {State.APPROVED: State.IN_PROCESSING},
    Deed.COMPLETED: {State.IN_PROCESSING: State.COMPLETE},
    Deed.FAILED: {State.APPROVED: State.ERROR, State.IN_PROCESSING: State.ERROR},
}


@dataclass(frozen=True, kw_only=True)
class Pause:
    """While it lasts the clock stands still; `until_ms` None: it lasts."""

    from_ms: int
    until_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class Request:
    """`contact_id`: as it was named; there may be nobody. Times in epoch milliseconds.

    `purposes`: what somebody objects to. `details`: what was
    written when it was filed, `reason`: of the last decision or pause; both are sealed.
    `step_up`: why a code does not do. `restricted`: it is this request that restricts the person.
    `outcome`, `result`, `files`: set by whoever carries it out; no personal data in them.
    """

    id: str
    right: Right
    source: Source
    contact_id: str
    filed_by: str
    filed_ms: int
    state: State = State.IDENTITY_UNVERIFIED
    version: int = 1
    attempt: int = 1
    language: str = "en"
    # where the person wrote it: the conversation, and the alias of theirs
    thread: str = ""
    node: str = ""
    purposes: tuple[str, ...] = ()
    duplicate_of: str = ""
    # names under which nobody else of theirs may have one of this right open
    opens: tuple[str, ...] = ()
    verified_ms: int | None = None
    # code, number or what staff did
    verified_how: str = ""
    verified_by: str = ""
    step_up: str = ""
    # codes sent, and whether one more is asked for
    codes: int = 0
    code_asked: bool = False
    pauses: tuple[Pause, ...] = ()
    paused_in: State | None = None
    extended_ms: int | None = None
    decided_ms: int | None = None
    decided_by: str = ""
    restricted: bool = False
    reminded_ms: int | None = None
    escalated_ms: int | None = None
    body_digest: str = ""
    finished_ms: int | None = None
    outcome: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Any] = ()
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    reason: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """The content key under which its texts and files are sealed."""
        return request_key(self.id)

    @property
    def is_over(self) -> bool:
        return self.state in OVER


@dataclass(frozen=True, kw_only=True)
class Step:
    """One deed in the history of a request. `reason` is sealed."""

    at_ms: int
    deed: Deed
    by: str
    state: State
    reason: str = field(default="", repr=False)


def request_key(request_id: str) -> str:
    return f"request~{request_id}"


def after(request: Request, deed: Deed, *, now_ms: int, **changes: Any) -> Request:
    """The request once this has been done to it. NotNowError: not in the state it is in."""
    leads = _LEADS.get(deed, {})
    if request.state not in leads:
        raise NotNowError(deed.value, request.state.value)
    state = leads[request.state] or request.state
    if deed is Deed.RESUMED and request.state is State.PAUSED:
        state = request.paused_in or State.PENDING
    return replace(
        request,
        **changes,
        state=state,
        version=request.version + 1,
        pauses=_pauses(request, state, now_ms),
        paused_in=request.state if state is State.PAUSED != request.state else request.paused_in,
        attempt=request.attempt + (request.state is State.ERROR and state is State.APPROVED),
        finished_ms=now_ms if state in OVER else request.finished_ms,
    )


def _pauses(request: Request, state: State, now_ms: int) -> tuple[Pause, ...]:
    was, stands = request.state in _STILL, state in _STILL
    if stands and not was:
        return (*request.pauses, Pause(from_ms=now_ms))
    if was and not stands:
        *before, last = request.pauses
        return (*before, replace(last, until_ms=max(now_ms, last.from_ms)))
    return request.pauses
