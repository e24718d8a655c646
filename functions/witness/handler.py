"""Trigger: a log invokes it, maybe from another account: {"body": an add-checkpoint request}.

Effect: the checkpoint is stored as the log's last one and cosigned, if it continues the one before;
{"status": …, "body": …} as C2SP tlog-witness has them over HTTP.
On failure: nothing is signed that is not stored; the log asks again with its next heartbeat. A
refused fork is an error in its log and counted: somebody has to look.
"""

from typing import TYPE_CHECKING, Any

from functions.core.audit.witness import Answer, Status
from functions.core.runtime import log
from functions.witness import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: Any, context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    body = event.get("body") if isinstance(event, dict) else None
    try:
        answer = (
            wiring.witness().answer(body)
            if isinstance(body, str)
            else Answer(Status.MALFORMED, "the event has no text `body`\n")
        )
    except Exception as error:  # told, and handed back: whoever asked sees a failed invocation
        log.error("checkpoint not considered", error)
        raise
    if answer.forked:
        # the log's own key signed what contradicts the checkpoint before
        log.error("fork refused", status=answer.status)
        log.metric("WitnessForks")
    else:
        log.info("checkpoint answered", status=answer.status)
    return {"status": int(answer.status), "body": answer.body}
