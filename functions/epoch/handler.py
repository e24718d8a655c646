"""Trigger: the state machine `epoch`, one step at a time.

Effect: an epoch is open, keys of ended epochs are wrapped anew, ended epochs' KMS keys are
scheduled for deletion, and proofs say so. Every step may be repeated.
On failure: the state machine tries again, then fails with an alarm; the next run goes on.
"""

from typing import TYPE_CHECKING, Any

from functions.core.runtime import log
from functions.epoch import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# About 20 s of a function's time: reads, transactions of 25, one list of what moves.
_KEYS_A_STEP = 2000


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """`event`: {"step": …, "old": number of an ended epoch}; returns what the next step needs."""
    log.bind(request_id=context.aws_request_id)
    step, old = event["step"], int(event.get("old", 0))
    result = _STEPS[step](old)
    log.info("epoch step", step=step, epoch=old, **_counts(result))
    return result


def _plan(_old: int) -> dict[str, Any]:
    return wiring.epochs().plan()


def _open(_old: int) -> dict[str, Any]:
    wiring.epochs().open()
    return wiring.epochs().plan()


def _rewrap(old: int) -> dict[str, Any]:
    moved = wiring.epochs().rewrap(old, limit=_KEYS_A_STEP)
    if moved.stuck:
        log.metric("EpochKeysStuck", len(moved.stuck))
    return {"old": old, "moved": moved.count, "stuck": list(moved.stuck), "done": moved.done}


def _check(old: int) -> dict[str, Any]:
    found = wiring.epochs().dependents(old)
    return {
        "old": old,
        "dependents": found.count,
        "ids": list(found.ids),
        "held": list(found.held),
    }


def _retire(old: int) -> dict[str, Any]:
    deletion_ms = wiring.epochs().retire(old)
    return {"old": old, "refused": deletion_ms is None, "deletion_ms": deletion_ms or 0}


def _prove(old: int) -> dict[str, Any]:
    return {"old": old, "proof": wiring.epochs().prove(old)}


_STEPS = {
    "plan": _plan,
    "open": _open,
    "rewrap": _rewrap,
    "check": _check,
    "retire": _retire,
    "prove": _prove,
}


def _counts(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if isinstance(value, int)}
