"""Trigger: a step of the workflow of a request for access or portability.

Effect: the answer is a part, or all of it, further; nothing is sent anywhere.

    {"step": "plan", "request_id"}             -> {"request_id", "parts": ["records", …]}
    {"step": "collect", "request_id", "part"}  -> {"part", "lines"}, for each part, in any order
    {"step": "assemble", "request_id"}         -> {"request_id", "complete"}
    {"step": "fail", "request_id"}             -> {"request_id"}

On failure: the step raises and is tried again; every step may run twice.
"""

from typing import TYPE_CHECKING, Any

from functions.access import wiring
from functions.access.steps import STEPS
from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.runtime import log
from functions.core.runtime.steps import failing

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id, rights_id=event["request_id"], step=event["step"])
    with failing("step of an access request failed"):
        told = STEPS[event["step"]](event)
    wiring.audit().write(_entry(event, told), key=f"access {context.aws_request_id}")
    log.info("step of an access request done", part=told.get("part"), lines=told.get("lines"))
    return told


def _entry(event: dict[str, Any], told: dict[str, Any]) -> Event:
    return Event(
        action=Action.ACCESS_MADE,
        by=Actor(kind="system", id="access"),
        what=f"rights/{event['request_id']}",
        outcome=Outcome.FAILED if event["step"] == "fail" else Outcome.DONE,
        facts={"step": event["step"], "lines": told.get("lines", 0)},
    )
