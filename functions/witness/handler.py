"""Trigger: a log's sequencer, which invokes it with `{"body": "<request>"}`.

The request is that of C2SP tlog-witness, `add-checkpoint`; so are the statuses of the answer.
Effect: a checkpoint that continues the last one is stored, then signed; no other ever is. On
failure: the log goes on without the witness and asks again with its next heartbeat.
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from functions.core.runtime import log
from functions.witness import wiring

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# said by an honest log too: it asks from 0 first, and asks again when an answer got lost
_USUAL = (HTTPStatus.OK, HTTPStatus.CONFLICT)


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    body = event.get("body")
    try:
        answer = wiring.witness().add_checkpoint(body if isinstance(body, str) else "")
    except Exception as error:  # told, and handed back to the log
        log.error("checkpoint not looked at", error)
        raise
    say = log.info if answer.status in _USUAL and not answer.is_fork else log.error
    say("checkpoint looked at", status=int(answer.status), fork=answer.is_fork)
    return {"status": int(answer.status), "body": answer.body}
