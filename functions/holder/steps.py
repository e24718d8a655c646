"""What the workflow of a hold has done, and what goes round once a day."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.runtime import log
from functions.holder import wiring

Json = dict[str, Any]


def _plan(event: Mapping[str, Any]) -> Json:
    parts = wiring.holding().plan(event["hold_id"])
    log.info("hold planned", parts=len(parts))
    return {"hold_id": event["hold_id"], "parts": parts}


def _hold(event: Mapping[str, Any]) -> Json:
    objects = wiring.holding().part(event["hold_id"], event["part"])
    log.info("part of a hold done", objects=objects)
    return {"objects": objects}


def _finish(event: Mapping[str, Any]) -> Json:
    state = wiring.holding().finish(event["hold_id"])
    log.info("hold finished", state=state.value)
    return {"hold_id": event["hold_id"], "state": state.value}


def _fail(event: Mapping[str, Any]) -> Json:
    wiring.holding().fail(event["hold_id"])
    log.metric("HoldsFailed")
    return {"hold_id": event["hold_id"], "state": "failed"}


def _sweep(_event: Mapping[str, Any]) -> Json:
    begun = wiring.sweeping().sweep()
    log.info("holds swept", begun=begun)
    return {"begun": begun}


STEPS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "plan": _plan,
    "hold": _hold,
    "finish": _finish,
    "fail": _fail,
    "sweep": _sweep,
}
