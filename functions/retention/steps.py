"""What each step does, and what is counted about it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from functions.core.retention.errors import UnknownRunError
from functions.core.retention.runs import Run, RunState
from functions.core.retention.sweeping import part_from
from functions.core.runtime import clock, log
from functions.retention import wiring

Json = dict[str, Any]

# looked at when a run begins: whether one of them died without an end
_EARLIER = 20
# no run lives longer, see infra/workflows/retention.py
MOST_SECONDS = 20 * 3600


def _begin(event: Mapping[str, Any]) -> Json:
    """One that was asked for by the API is there already."""
    started = datetime.fromisoformat(event["started_at"])
    run = wiring.runs().begin(
        Run(
            id=event["run_id"],
            started_ms=int(started.timestamp() * 1000),
            dry_run=event["dry_run"],
            asked_by="schedule",
        )
    )
    for earlier in wiring.runs().page(before=None, limit=_EARLIER)[0]:
        is_dead = earlier.started_ms + MOST_SECONDS * 1000 < run.started_ms
        if earlier.state is RunState.RUNNING and is_dead:
            wiring.closing().close(earlier, state=RunState.FAILED)
    return {"run_id": run.id, "phase": 0}


def _plan(event: Mapping[str, Any]) -> Json:
    parts, more = wiring.sweeping().plan(event["phase"])
    return {
        "run_id": event["run_id"],
        "phase": event["phase"] + 1,
        "parts": [vars(part) for part in parts],
        "more": more,
    }


def _dispose(event: Mapping[str, Any]) -> Json:
    part, until_ms = part_from(event["part"]), clock.now_ms() + _budget_ms()
    left = wiring.sweeping().sweep(_run(event), part, until_ms=until_ms)
    return {
        "run_id": event["run_id"],
        "part": vars(part if left is None else left),
        "more": left is not None,
    }


def _finish(event: Mapping[str, Any]) -> Json:
    run = _run(event)
    overdue = None if run.dry_run else wiring.overdue(run).count()
    ended = wiring.closing().close(run, state=RunState.DONE, overdue=overdue)
    if not ended.dry_run:
        log.metric("RetentionRuns")
        log.metric("RetentionDisposed", sum(ended.counts.values()))
        log.metric("RetentionHeld", sum(ended.held.values()))
        log.metric("RetentionOverdue", ended.overdue or 0)
    return {"run_id": ended.id, "state": ended.state.value}


def _fail(event: Mapping[str, Any]) -> Json:
    """What it deleted until then is told all the same."""
    ended = wiring.closing().close(_run(event), state=RunState.FAILED)
    return {"run_id": ended.id, "state": ended.state.value}


def _run(event: Mapping[str, Any]) -> Run:
    run = wiring.runs().load(event["run_id"])
    if run is None:
        raise UnknownRunError("no run has this id")
    return run


def _budget_ms() -> int:
    return wiring.settings().step_seconds * 1000


STEPS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "begin": _begin,
    "plan": _plan,
    "dispose": _dispose,
    "finish": _finish,
    "fail": _fail,
}
