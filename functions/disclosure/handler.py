"""Trigger: API Gateway, /v1/rights/disclosures/{token}, open to everybody who has a link.

Effect: shows a page that asks for a code, has one sent to the person's number, and gives files to
who names it. On failure: problem details (RFC 9457); 503 when AWS refuses, and a repeat is safe.
"""

from typing import TYPE_CHECKING, Any

from functions.core.audit.requests import RequestAudit
from functions.core.audit.writer import Writer
from functions.core.runtime import log
from functions.core.runtime.http.app import application
from functions.disclosure import wiring
from functions.disclosure.operations import OPERATIONS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def _audit() -> Writer:
    return wiring.audit()


app = application(OPERATIONS, lambda _: None, RequestAudit(_audit))


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    log.bind(request_id=context.aws_request_id)
    return app.resolve(event, context)
