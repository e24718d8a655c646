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


def _replay(event: dict[str, Any]) -> dict[str, Any]:
    """Some more of those who were erased since a copy was made; `next` "": all are done."""
    return wiring.replaying().some(since_ms=int(event["since_ms"]), after=event.get("after", ""))


def _pointers(event: dict[str, Any]) -> dict[str, Any]:
    """One more page of the conversations table; `next` "": the end."""
    return wiring.replaying().pointers(
        since_ms=int(event["since_ms"]), cursor=event.get("after", "")
    )


def _withdrawals(event: dict[str, Any]) -> dict[str, Any]:
    return dict(wiring.withdrawals().again(since_ms=int(event["since_ms"])))


def _fail(_event: dict[str, Any]) -> dict[str, Any]:
    """Nothing to undo: what is gone is gone, and the request can be tried again."""
    return {}


STEPS: dict[str, Step] = {
    "plan": _plan,
    "erase": _erase,
    "finish": _finish,
    "sweep": _sweep,
    "replay": _replay,
    "pointers": _pointers,
    "withdrawals": _withdrawals,
    "fail": _fail,
}
