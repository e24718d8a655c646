"""What each step does, and what the workflow needs to know of it."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.core.rights.model import Request
from functions.core.runtime import log
from functions.rights import wiring

Json = dict[str, Any]


def _look(event: Mapping[str, Any]) -> Json:
    looked = wiring.looking().look(event["request_id"], event["attempt"])
    return {
        "request_id": event["request_id"],
        "attempt": event["attempt"],
        "version": looked.request.version,
        "next": looked.next,
        "seconds": wiring.settings().tick_seconds,
        "farewell": wiring.settings().farewell_seconds,
    }


def _wait(event: Mapping[str, Any]) -> Json:
    wiring.looking().wait(event["request_id"], event["version"], event["token"])
    return {}


def _apply(event: Mapping[str, Any]) -> Json:
    request = wiring.changes().load(event["request_id"])
    return {"outcome": wiring.applying().apply(request)}


def _finish(event: Mapping[str, Any]) -> Json:
    done = wiring.looking().finish(event["request_id"])
    log.metric("RightsFinished", right=done.right.value)
    return _told(done)


def _fail(event: Mapping[str, Any]) -> Json:
    log.metric("RightsFailed")
    return _told(wiring.looking().fail(event["request_id"]))


def _sweep(_event: Mapping[str, Any]) -> Json:
    swept = wiring.sweeping().sweep()
    log.metric("RightsOpen", swept.open)
    return vars(swept)


def _told(request: Request) -> Json:
    return {"request_id": request.id, "state": request.state.value, "outcome": request.outcome}


STEPS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "look": _look,
    "wait": _wait,
    "apply": _apply,
    "finish": _finish,
    "fail": _fail,
    "sweep": _sweep,
}
