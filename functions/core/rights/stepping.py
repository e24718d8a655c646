"""When holding a number proves too little, and staff must verify who asks. Pure."""

from math import isinf

from functions.core.rights.policy import DAY_MS, number
from functions.core.rights.subject import Subject

IDLE, CHANGED = "idle", "changed"


def step_up(subject: Subject, *, last_ms: int | None, now_ms: int) -> str:
    """Why staff must verify; empty: they need not.

    `last_ms`: of the person's last sign of life before they asked; None: there was none, and
    nothing of theirs is known but what somebody else registered.
    """
    if _changed(subject, since_ms=now_ms - number("step_up", "changed_days") * DAY_MS):
        return CHANGED
    idle_ms = number("step_up", "idle_days") * DAY_MS
    return IDLE if last_ms is not None and now_ms - last_ms > idle_ms else ""


def _changed(subject: Subject, *, since_ms: int) -> bool:
    """Another owner before or after, or two who were known apart and were found to be one."""
    edges = [edge for span in subject.person.spans for edge in (span.after_ms, span.until_ms)]
    if any(edge >= since_ms for edge in edges if not isinf(edge)):
        return True
    return any(
        linked_ms >= since_ms and _known_before(subject, name, other, linked_ms)
        for name in subject.aliases
        if name in subject.nodes
        for other, linked_ms in subject.nodes[name].links.items()
    )


def _known_before(subject: Subject, one: str, other: str, linked_ms: int) -> bool:
    """Two aliases that are met together for the first time are no change of anything."""
    known = (subject.nodes[name].since_ms for name in (one, other) if name in subject.nodes)
    return all(since_ms is not None and since_ms < linked_ms for since_ms in known)
