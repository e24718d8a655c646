"""Trigger: a step of the workflow of a rights request. Effect: it is as far as it gets by itself.

Once a day, by a schedule, every open request is looked after: {"step": "sweep"}.

    {"step": "look", "request_id", "attempt"}           -> {"next", "version", "seconds", …}
    {"step": "wait", "request_id", "version", "token"}  -> {}; the token comes back at a change
    {"step": "apply", "request_id"}                     -> {"outcome"}
    {"step": "finish" or "fail", "request_id"}          -> {"state", "outcome"}

On failure: the step raises and is tried again; every step may run twice.
"""

from typing import TYPE_CHECKING, Any

from functions.core.runtime import log
from functions.core.runtime.steps import failing
from functions.rights.steps import STEPS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(
        request_id=context.aws_request_id,
        rights_request_id=event.get("request_id"),
        step=event["step"],
    )
    with failing("step of a rights request failed"):
        told = STEPS[event["step"]](event)
    log.info("step of a rights request done", next=told.get("next"), state=told.get("state"))
    return told
