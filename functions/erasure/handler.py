"""Trigger: the state machine `rights`, one step at a time; a schedule; `amana restore replay`.

Effect: what may go of a person is deleted, in every table and bucket; their keys are destroyed when
nothing has to stay; a certificate says so. After a restore everything is erased again.
On failure: the state machine tries again, then the request says `error` and can be repeated.
"""

from typing import TYPE_CHECKING, Any

from functions.core.runtime import log
from functions.core.runtime.steps import failing
from functions.erasure.steps import STEPS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """`event`: {"step": …, "request_id": …, "part": …}; returns what the next step needs."""
    log.bind(request_id=context.aws_request_id)
    step = event["step"]
    with failing("erasure step failed"):
        result = STEPS[step](event)
    log.info("erasure step", step=step, rights_request=event.get("request_id"), **_told(result))
    return result


def _told(result: dict[str, Any]) -> dict[str, int | str]:
    return {name: value for name, value in result.items() if isinstance(value, int | str)}
