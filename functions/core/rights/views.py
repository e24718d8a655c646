"""What the API shows of a rights request. Pure."""

from collections.abc import Sequence
from typing import Any

from functions.core.consent.rfc3339 import told
from functions.core.rights.deadlines import Clock, Due
from functions.core.rights.model import Request, State, Step


def request_view(request: Request, due: Due, clock: Clock) -> dict[str, Any]:
    """`due_on`: the last day; `due_at`: the first moment that is too late."""
    return {
        "id": request.id,
        "right": request.right.value,
        "state": request.state.value,
        "source": request.source.value,
        "contact_id": request.contact_id,
        "filed_at": told(request.filed_ms),
        "due_on": clock.day(due.due_ms - 1).isoformat(),
        "due_at": told(due.due_ms),
        "aim_on": clock.day(due.aim_ms - 1).isoformat(),
        "extended_at": told(request.extended_ms),
        "clock_runs": _runs(request),
        "identity": {
            "verified_at": told(request.verified_ms),
            "verified_by": request.verified_how or None,
            "codes_sent": request.codes,
            "staff_must_verify": request.step_up or None,
        },
        "decided_at": told(request.decided_ms),
        "duplicate_of": request.duplicate_of or None,
        "finished_at": told(request.finished_ms),
        "outcome": request.outcome or None,
    }


def whole_view(request: Request, due: Due, clock: Clock, steps: Sequence[Step]) -> dict[str, Any]:
    """With what was written about it, what came of it, and everything that was done."""
    return {
        **request_view(request, due, clock),
        "purposes": list(request.purposes),
        "details": dict(request.details),
        "reason": request.reason or None,
        "result": dict(request.result),
        "files": list(request.files),
        "steps": [
            {
                "at": told(step.at_ms),
                "deed": step.deed.value,
                "by": step.by,
                "state": step.state.value,
                "reason": step.reason or None,
            }
            for step in steps
        ],
    }


def _runs(request: Request) -> bool:
    lasts = any(pause.until_ms is None for pause in request.pauses)
    return not request.is_over and request.state is not State.PAUSED and not lasts
