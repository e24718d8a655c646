"""Trigger: a step of the retention workflow. Effect: what is due goes, unless a hold keeps it.

    {"step": "begin", "run_id", "started_at", "dry_run"} -> {"run_id", "phase": 0}
    {"step": "plan", "run_id", "phase"}    -> {"run_id", "phase", "parts": [{…}, …], "more"}
    {"step": "dispose", "run_id", "part"}  -> {"run_id", "part", "more"}: again, while there is more
    {"step": "finish", "run_id"}           -> {"run_id", "state"}
    {"step": "fail", "run_id"}             -> the same; where the workflow ends up with an error

On failure: the step raises and is tried again; every step may run twice, and beside itself.
"""

from typing import TYPE_CHECKING, Any

from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.runtime import log
from functions.core.runtime.steps import failing
from functions.retention import wiring
from functions.retention.steps import STEPS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id, run_id=event["run_id"], step=event["step"])
    with failing("step of retention failed"):
        told = STEPS[event["step"]](event)
    if event["step"] == "begin":
        wiring.audit().write(_entry(event), key=f"retention {event['run_id']}")
    log.info("step of retention done", more=told.get("more"), state=told.get("state"))
    return told


def _entry(event: dict[str, Any]) -> Event:
    return Event(
        action=Action.RETENTION_STARTED,
        by=Actor(kind="system", id="retention"),
        what=f"retention/{event['run_id']}",
        facts={"dry_run": event["dry_run"]},
    )
