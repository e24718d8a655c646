"""Trigger: the state machine `epoch`, one step at a time.

Effect: an epoch is open, keys of ended epochs are wrapped anew, ended epochs' KMS keys are
scheduled for deletion, and proofs say so. Every step may be repeated.
On failure: the state machine tries again, then fails with an alarm; the next run goes on.
"""

from typing import TYPE_CHECKING, Any

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.runtime import log
from functions.epoch import wiring
from functions.epoch.steps import STEPS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """`event`: {"step": …, "old": number of an ended epoch}; returns what the next step needs."""
    log.bind(request_id=context.aws_request_id)
    step, old = event["step"], int(event.get("old", 0))
    result = STEPS[step](old)
    wiring.audit().write(_entry(step, old, result), key=f"epoch {context.aws_request_id}")
    log.info("epoch step", step=step, epoch=old, **_counts(result))
    return result


def _counts(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if isinstance(value, int)}


def _entry(step: str, old: int, result: dict[str, Any]) -> Event:
    return Event(
        action=Action.EPOCH_STEP,
        by=Actor(kind="system", id="epoch"),
        what=f"epoch/{old}" if old else "",
        facts={"step": step, **_counts(result)},
    )
