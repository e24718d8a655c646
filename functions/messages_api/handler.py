"""Trigger: API Gateway, /v1/*, behind a Cognito authorizer.

Effect: POST stores an intent and wakes the sender; GET shows what is stored.
On failure: problem details (RFC 9457); 503 when AWS refuses, and nothing is half done.
"""

import json
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from functions.core.runtime import log
from functions.messages_api.operations import OPERATIONS, Operation
from functions.messages_api.problems import MEDIA_TYPE, NOT_FOUND, Problem, reported
from functions.messages_api.requests import Request

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayRestResolver()


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    return app.resolve(event, context)


def _register(operation: Operation) -> None:
    def run(**path: str) -> Response[str]:
        request = Request(app.current_event.raw_event, path)
        try:
            return _answer(operation.status, operation.serve(request), "application/json", {})
        except Exception as error:  # noqa: BLE001 - the edge: whatever happens is answered
            return _told(reported(error, operation.id), request)

    app.route(operation.path.replace("{", "<").replace("}", ">"), method=operation.method)(run)


@app.not_found
def _not_found(_error: Exception) -> Response[str]:
    return _told(NOT_FOUND, Request(app.current_event.raw_event, {}))


def _told(problem: Problem, request: Request) -> Response[str]:
    return _answer(problem.status, problem.body(request.request_id), MEDIA_TYPE, problem.headers)


def _answer(status: int, body: Any, media_type: str, headers: Any) -> Response[str]:
    fixed = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(status, media_type, json.dumps(body), headers={**fixed, **headers})


for _operation in OPERATIONS:
    _register(_operation)
