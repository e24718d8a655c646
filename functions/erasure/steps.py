"""The steps of an erasure: each may be repeated, and returns what the next one needs."""

from collections.abc import Callable
from typing import Any

from functions.erasure import wiring

Step = Callable[[dict[str, Any]], dict[str, Any]]


def _plan(event: dict[str, Any]) -> dict[str, Any]:
    return wiring.carrying().plan(event["request_id"])


def _erase(event: dict[str, Any]) -> dict[str, Any]:
    wiring.carrying().erase(event["request_id"], event["part"])
    return {}


def _finish(event: dict[str, Any]) -> dict[str, Any]:
    return wiring.carrying().finish(event["request_id"])


def _sweep(_event: dict[str, Any]) -> dict[str, Any]:
    return dict(wiring.carrying().sweep())


def _fail(_event: dict[str, Any]) -> dict[str, Any]:
    """Nothing to undo: what is gone is gone, and the request can be tried again."""
    return {}


STEPS: dict[str, Step] = {
    "plan": _plan,
    "erase": _erase,
    "finish": _finish,
    "sweep": _sweep,
    "fail": _fail,
}
