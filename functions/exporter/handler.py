"""Trigger: a step of the export workflow. Effect: the export is a part, or all of it, further.

    {"step": "plan", "export_id"}             -> {"export_id", "parts": [0, 1, …]}
    {"step": "collect", "export_id", "part"}  -> {"part", "kept"}, for each part, in any order
    {"step": "assemble", "export_id"}         -> {"export_id", "state"}
    {"step": "fail", "export_id", "error"?}   -> the same; where the workflow ends up with an error

On failure: the step raises and is tried again; every step may run twice.
"""

from typing import TYPE_CHECKING, Any

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.runtime import log
from functions.core.runtime.steps import failing
from functions.exporter import wiring
from functions.exporter.steps import STEPS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id, export_id=event["export_id"], step=event["step"])
    with failing("step of an export failed"):
        told = STEPS[event["step"]](event)
    wiring.audit().write(_entry(event, told), key=f"export {context.aws_request_id}")
    log.info("step of an export done", part=told.get("part"), kept=told.get("kept"))
    return told


def _entry(event: dict[str, Any], told: dict[str, Any]) -> Event:
    return Event(
        action=Action.EXPORT_MADE,
        by=Actor(kind="system", id="exporter"),
        what=f"export/{event['export_id']}",
        outcome=Outcome.FAILED if told.get("state") == "failed" else Outcome.DONE,
        facts={"step": event["step"], "kept": told.get("kept", 0)},
    )
