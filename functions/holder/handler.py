"""Trigger: a step of the hold workflow, and once a day a schedule.

Effect: objects of the archive are locked for a hold, or unlocked when it was lifted.

    {"step": "plan", "hold_id"}          -> {"hold_id", "parts": [{"after", "until"}, …]}
    {"step": "hold", "hold_id", "part"}  -> {"objects"}, for each part, in any order
    {"step": "finish", "hold_id"}        -> {"hold_id", "state"}
    {"step": "fail", "hold_id"}          -> where the workflow ends up with an error
    {"step": "sweep"}                    -> {"begun"}: every hold's workflow is begun again

On failure: the step raises and is tried again; every step may run twice.
"""

from typing import TYPE_CHECKING, Any

from functions.core.runtime import log
from functions.core.runtime.steps import failing
from functions.holder.steps import STEPS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id, step=event["step"], hold_id=event.get("hold_id"))
    with failing("step of a hold failed"):
        return STEPS[event["step"]](event)
