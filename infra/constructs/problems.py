"""API Gateway's own refusals in the form of the API's: RFC 9457 problem details."""

import json

from aws_cdk import aws_apigateway as apigateway

_Type = apigateway.ResponseType
# API Gateway fills this in, quotes included
_ITS_MESSAGE = "$context.error.messageString"
# when, status, title, detail; no detail: API Gateway's message
_PROBLEMS: tuple[tuple[apigateway.ResponseType, int, str, str | None], ...] = (
    (_Type.BAD_REQUEST_PARAMETERS, 400, "Bad Request", None),
    (_Type.BAD_REQUEST_BODY, 400, "Bad Request", None),
    (
        _Type.UNAUTHORIZED,
        401,
        "Unauthorized",
        "A valid access token with this call's scope is needed.",
    ),
    (_Type.EXPIRED_TOKEN, 401, "Unauthorized", "The access token has expired."),
    (_Type.ACCESS_DENIED, 403, "Forbidden", "The access token lacks the scope for this call."),
    (_Type.WAF_FILTERED, 403, "Forbidden", "The request was refused by the firewall."),
    # API Gateway says this about any path and method it does not know
    (_Type.MISSING_AUTHENTICATION_TOKEN, 404, "Not Found", "There is no such path or method."),
    (_Type.RESOURCE_NOT_FOUND, 404, "Not Found", "There is no such path."),
    (_Type.REQUEST_TOO_LARGE, 413, "Content Too Large", None),
    (_Type.THROTTLED, 429, "Too Many Requests", "Slow down and try again."),
    (_Type.INTEGRATION_FAILURE, 502, "Bad Gateway", "Try again with the same Idempotency-Key."),
    (_Type.INTEGRATION_TIMEOUT, 504, "Gateway Timeout", "Try again with the same Idempotency-Key."),
)


def add_problem_details(api: apigateway.RestApi) -> None:
    for response_type, status, title, detail in _PROBLEMS:
        headers = {"Content-Type": "'application/problem+json'"}
        if status == _UNAUTHORIZED:
            headers["WWW-Authenticate"] = "'Bearer'"
        api.add_gateway_response(
            response_type.response_type,
            type=response_type,
            status_code=str(status),
            response_headers=headers,
            templates={"application/json": _template(status, title, detail)},
        )


_UNAUTHORIZED = 401


def _template(status: int, title: str, detail: str | None) -> str:
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail or "?"}
    text = json.dumps(problem)
    return text if detail else text.replace('"?"', _ITS_MESSAGE)
