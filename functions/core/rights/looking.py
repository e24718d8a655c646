"""A look at a request: what can be done without a person is done, and whom it then waits for.

The workflow looks when it begins, whenever somebody did something, and once a day. Everything
follows from what is stored, so a look may be repeated, and two at once do no harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.core.audit.model import Actor
from functions.core.rights.changing import Changes
from functions.core.rights.deadlines import Clock, Terms, due
from functions.core.rights.identity import Identity
from functions.core.rights.model import Deed, Request, Right, State
from functions.core.rights.policy import DAY_MS, HOUR_MS, number
from functions.core.rights.replies import Reply
from functions.core.rights.saying import Saying
from functions.core.runtime import log

SYSTEM = Actor(kind="system", id="rights")

_WAITS = {
    State.IDENTITY_UNVERIFIED: "identity",
    State.REQUIRES_INPUT: "identity",
    State.PENDING: "approval",
    State.PAUSED: "pause",
}
_DOES = {Right.ACCESS: "access", Right.PORTABILITY: "access", Right.ERASURE: "erasure"}
_FAILED = "the workflow stopped; the log of the function names the step"


@dataclass(frozen=True, kw_only=True)
class Looked:
    """`next`: identity, approval, pause, access, erasure, apply or end."""

    request: Request
    next: str


class Looking:
    def __init__(
        self,
        *,
        changes: Changes,
        identity: Identity,
        saying: Saying,
        terms: Mapping[Right, Terms],
        clock: Clock,
    ) -> None:
        self._changes = changes
        self._identity = identity
        self._saying = saying
        self._terms = terms
        self._clock = clock

    def look(self, request_id: str, attempt: int) -> Looked:
        """`attempt`: of the execution; one that was overtaken by another ends."""
        request = self._changes.load(request_id)
        if request.attempt != attempt or request.state is State.ERROR:
            return Looked(request=request, next="end")
        self._changes.store.looked(request_id, self._changes.now_ms())
        if request.state is State.IDENTITY_UNVERIFIED:
            request = self._identity.look(request)
        if request.extended_ms is not None and not request.is_over:
            self._tell(request, "extended", due=self._day(request), reason=request.reason)
        if request.state is State.APPROVED:
            request = self._started(request)
        if request.state is State.DENIED:
            self._tell(request, "denied", reason=request.reason)
        if request.state in _WAITS:
            request = self.watched(request)
            return Looked(request=request, next=_WAITS[request.state])
        if request.state is State.IN_PROCESSING:
            return Looked(request=request, next=_DOES.get(request.right, "apply"))
        return Looked(request=request, next="end")

    def wait(self, request_id: str, version: int, token: str) -> None:
        """Woken at the next change; at once when it came since the look."""
        if not self._changes.store.wait(request_id, version, token):
            self._changes.machine.wake(token)

    def finish(self, request_id: str) -> Request:
        request = self._changes.load(request_id)
        if request.state is State.IN_PROCESSING:
            outcome = request.outcome or "done"
            request = self._changes.do(
                request,
                Deed.COMPLETED,
                by=SYSTEM,
                only_in=State.IN_PROCESSING,
                outcome=outcome,
            )
        if request.state is State.COMPLETE:
            self._close(request)
        return request

    def fail(self, request_id: str) -> Request:
        """It can be started again: see `Handling.resume`."""
        request = self._changes.load(request_id)
        if request.state in (State.APPROVED, State.IN_PROCESSING):
            request = self._changes.do(request, Deed.FAILED, by=SYSTEM, reason=_FAILED)
        return request

    def _started(self, request: Request) -> Request:
        if request.right is Right.ERASURE:  # afterwards nobody knows where to write to
            self._tell(request, "erasing")
        return self._changes.do(request, Deed.STARTED, by=SYSTEM, only_in=State.APPROVED)

    def _close(self, request: Request) -> None:
        if request.right is not Right.ERASURE:
            self._tell(request, "completed")
        elif request.outcome == "restricted_under_hold":
            self._tell(request, "held")

    def _tell(self, request: Request, kind: Reply, **values: str) -> None:
        if not self._identity.exists(request):
            return
        if not self._saying.tell(request, kind, **values):
            # staff tell the person in another way
            log.warning("about a request not told", rights_request_id=request.id, what=kind)
            log.metric("RightsUntold")

    def watched(self, request: Request) -> Request:
        """Reminds whoever must act, and says how late it is."""
        now_ms = self._changes.now_ms()
        told = due(request, self._terms[request.right], self._clock, now_ms=now_ms)
        left_ms = told.due_ms - now_ms
        if left_ms <= 0:
            log.warning("request overdue", rights_request_id=request.id)
            log.metric("RightsOverdue")
        if left_ms <= number("reminders", "escalate_hours") * HOUR_MS:
            log.metric("RightsHoursLeft", max(0, left_ms // HOUR_MS))
            if request.escalated_ms is None:
                return self._changes.do(
                    request, Deed.ESCALATED, by=SYSTEM, escalated_ms=now_ms, reminded_ms=now_ms
                )
        if reminds(request, now_ms=now_ms, due_ms=told.due_ms):
            log.info("request waits", rights_request_id=request.id, state=request.state.value)
            log.metric("RightsReminders")
            return self._changes.do(request, Deed.REMINDED, by=SYSTEM, reminded_ms=now_ms)
        return request

    def _day(self, request: Request) -> str:
        now_ms = self._changes.now_ms()
        told = due(request, self._terms[request.right], self._clock, now_ms=now_ms)
        return self._clock.day(told.due_ms - 1).isoformat()


def reminds(request: Request, *, now_ms: int, due_ms: int) -> bool:
    """Once after a share of the time, then every day of the last ones. Pure."""
    share = number("reminders", "after_share") / 100
    half_ms = request.filed_ms + int((due_ms - request.filed_ms) * share)
    last_ms = due_ms - number("reminders", "last_days") * DAY_MS
    if now_ms >= last_ms:
        # a daily look may come some minutes early
        return request.reminded_ms is None or now_ms - request.reminded_ms >= DAY_MS * 9 // 10
    return now_ms >= half_ms and request.reminded_ms is None
