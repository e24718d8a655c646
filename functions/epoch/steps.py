"""The steps of the workflow: each may be repeated, and returns what the next one needs."""

from typing import Any

from functions.core.runtime import log
from functions.epoch import wiring

# About 20 s of a function's time: reads, transactions of 25, one list of what moves.
_KEYS_A_STEP = 2000


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


STEPS = {
    "plan": _plan,
    "open": _open,
    "rewrap": _rewrap,
    "check": _check,
    "retire": _retire,
    "prove": _prove,
}
