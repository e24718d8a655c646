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
from functions.core.runtime.errors import AmanaError
from functions.rights.steps import STEPS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class StepFailedError(AmanaError):
    """Something nobody foresaw; its own words may quote what a person wrote."""


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(
        request_id=context.aws_request_id,
        rights_request_id=event.get("request_id"),
        step=event["step"],
    )
    try:
        told = STEPS[event["step"]](event)
    except AmanaError as error:  # our own words, without content: the workflow reads the name
        log.error("step of a rights request failed", error)
        raise
    except Exception as error:  # noqa: BLE001 - told by its type alone, see below
        log.error("step of a rights request failed", error)
        raise StepFailedError(type(error).__name__) from None
    log.info("step of a rights request done", next=told.get("next"), state=told.get("state"))
    return told
