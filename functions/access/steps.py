"""What each step does, and what is entered and logged about it."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.access import wiring

Json = dict[str, Any]


def _plan(event: Mapping[str, Any]) -> Json:
    return {
        "request_id": event["request_id"],
        "parts": wiring.steps().plan(event["request_id"]),
    }


def _collect(event: Mapping[str, Any]) -> Json:
    lines = wiring.steps().collect(event["request_id"], event["part"])
    return {"part": event["part"], "lines": lines}


def _assemble(event: Mapping[str, Any]) -> Json:
    made = wiring.steps().assemble(event["request_id"])
    complete = bool(made.completeness["complete"])
    return {"request_id": event["request_id"], "complete": complete}


def _fail(event: Mapping[str, Any]) -> Json:
    """The state of the request says so: what was made lies below its try, and is swept."""
    return {"request_id": event["request_id"]}


STEPS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "plan": _plan,
    "collect": _collect,
    "assemble": _assemble,
    "fail": _fail,
}
