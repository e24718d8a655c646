"""What a run did, as log lines and metrics: ids, states and reasons."""

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.audit.vocabulary import Outcome as Came
from functions.core.media import policy
from functions.core.media.errors import LaterError
from functions.core.media.messages import parse
from functions.core.media.model import State
from functions.core.media.outcomes import Outcome
from functions.core.runtime import log
from functions.media import wiring

_CAME = {
    State.QUARANTINED: Came.REFUSED,
    State.GONE: Came.FAILED,
    State.FAILED: Came.FAILED,
}


def run(body: str, *, until_ms: int) -> LaterError | None:
    """What is to be waited for, if anything of this message is not settled."""
    waiting: list[LaterError] = []
    for outcome in wiring.service().handle(parse(body), until_ms=until_ms):
        if outcome.later is None:
            # found settled also counts: who settled it may have died before it was entered
            wiring.audit().write(_entry(outcome), key=f"medium {outcome.id} {outcome.state.value}")
        _tell(outcome)
        if outcome.later is not None:
            waiting.append(outcome.later)
    return min(waiting, key=lambda later: (later.stopped, later.delay_s), default=None)


def pause_s(later: LaterError, tries: int) -> float:
    if later.stopped:
        return policy.number("fetch", "stopped")
    return max(later.delay_s, policy.pause_s(tries))


def _entry(outcome: Outcome) -> Event:
    return Event(
        action=Action.MEDIUM_SETTLED,
        by=Actor(kind="system", id="media"),
        what=f"medium/{outcome.id}",
        outcome=_CAME.get(outcome.state, Came.DONE),
        facts={"state": outcome.state.value, "reason": outcome.reason},
    )


def _tell(outcome: Outcome) -> None:
    told = {"media_id": outcome.id, "state": outcome.state.value, "reason": outcome.reason}
    if outcome.settled:
        log.info("medium settled", **told)
        log.metric("MediaSettled", state=outcome.state.value)
    if outcome.later is None:
        return
    log.info("medium postponed", **told)
    if outcome.later.stopped:
        log.metric("ChannelStopped")
    if outcome.overdue:
        log.metric("MediaOverdue")
