"""Trigger: a step of the import workflow. Effect: the import is a chunk, or all of it, further.

    {"step": "plan", "import_id"}           -> {"import_id", "chunks": [{"number", "row", …}, …]}
    {"step": "load", "import_id", "chunk"}  -> {"chunk", "recorded", "repeated", "refused"}
    {"step": "finish", "import_id"}         -> {"import_id", "state", …}
    {"step": "fail", "import_id", "error"?} -> the same; where the workflow ends up with an error

On failure: the step raises and is tried again; every step may run twice.
"""

from typing import TYPE_CHECKING, Any

from functions.consent_importer import wiring
from functions.consent_importer.steps import STEPS
from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.runtime import log
from functions.core.runtime.steps import failing

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_COUNTS = ("recorded", "repeated", "refused")


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id, import_id=event["import_id"], step=event["step"])
    with failing("step of an import failed"):
        told = STEPS[event["step"]](event)
    wiring.audit().write(_entry(event, told), key=f"import {context.aws_request_id}")
    log.info("step of an import done", chunk=told.get("chunk"), **_counts(told))
    return told


def _entry(event: dict[str, Any], told: dict[str, Any]) -> Event:
    return Event(
        action=Action.IMPORT_DONE,
        by=Actor(kind="system", id="consent_importer"),
        what=f"import/{event['import_id']}",
        outcome=Outcome.FAILED if told.get("state") == "failed" else Outcome.DONE,
        facts={"step": event["step"], **_counts(told)},
    )


def _counts(told: dict[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in _COUNTS if name in told}
