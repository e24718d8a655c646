"""Trigger: API Gateway, /v1/retention and below, behind a Cognito authorizer.

Effect: shows what is kept how long, starts runs, and shows what came of them. On failure:
problem details (RFC 9457); 503 when AWS refuses, and a repeat is safe.
"""

from typing import TYPE_CHECKING, Any

from functions.core.audit.requests import RequestAudit
from functions.core.audit.writer import Writer
from functions.core.runtime import log
from functions.core.runtime.http.app import application
from functions.retention_api import wiring
from functions.retention_api.operations import OPERATIONS
from functions.retention_api.problems import explain

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def _audit() -> Writer:
    return wiring.audit()


app = application(OPERATIONS, explain, RequestAudit(_audit))


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    return app.resolve(event, context)
