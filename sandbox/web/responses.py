"""JSON answers, Graph's refusals and connections that end without an answer."""

import json
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

from sandbox.errors import ControlError, GraphError
from sandbox.wire import Json


class Endpoint(Protocol):
    def __call__(self, request: Request, **values: str) -> Response: ...


class ConnectionCutError(ConnectionError):
    """The sandbox was told not to answer; the server closes the connection."""


def json_response(body: Json, status: int = 200) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")


def graph_refusal(error: GraphError, trace_id: str) -> Response:
    response = json_response(error.body(trace_id), error.status)
    response.headers["WWW-Authenticate"] = (
        f'OAuth "Facebook Platform" "invalid_request" "{error.title}"'
    )
    return response


def json_body(request: Request) -> Any:
    """The body of a control call; nothing counts as {}."""
    raw = request.get_data()
    try:
        return json.loads(raw) if raw else {}
    except ValueError as error:
        raise ControlError("the body is not JSON") from error


def json_object(request: Request) -> Json:
    body = json_body(request)
    if not isinstance(body, dict):
        raise ControlError("the body is not a JSON object")
    return body
