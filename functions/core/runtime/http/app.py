"""A REST API behind API Gateway: operations in, one application out, every error answered."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from functions.core.runtime.http.problems import (
    MEDIA_TYPE,
    NOT_FOUND,
    Explain,
    Problem,
    reported,
)
from functions.core.runtime.http.requests import Request

_FIXED_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Reply:
    """What an operation answers that is no plain JSON with its usual status."""

    status: int
    body: bytes = field(repr=False)
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Operation(Protocol):
    """`serve` returns the JSON body of an answer with `status`, or a whole `Reply`."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def status(self) -> int: ...

    def serve(self, request: Request) -> dict[str, Any] | Reply: ...


def application(operations: Iterable[Operation], explain: Explain) -> APIGatewayRestResolver:
    app = APIGatewayRestResolver()
    for operation in operations:
        _register(app, operation, explain)

    @app.not_found
    def _not_found(_error: Exception) -> Response[Any]:
        return _told(NOT_FOUND, Request(app.current_event.raw_event, {}))

    return app


def _register(app: APIGatewayRestResolver, operation: Operation, explain: Explain) -> None:
    def run(**path: str) -> Response[Any]:
        request = Request(app.current_event.raw_event, path)
        try:
            return _answered(operation.status, operation.serve(request))
        except Exception as error:  # noqa: BLE001 - the edge: whatever happens is answered
            return _told(reported(error, operation.id, explain), request)

    app.route(operation.path.replace("{", "<").replace("}", ">"), method=operation.method)(run)


def _answered(status: int, served: dict[str, Any] | Reply) -> Response[Any]:
    if isinstance(served, Reply):
        headers = {**_FIXED_HEADERS, **served.headers}
        return Response(served.status, served.media_type, served.body, headers=headers)
    return _json(status, served, "application/json", {})


def _told(problem: Problem, request: Request) -> Response[Any]:
    return _json(problem.status, problem.body(request.request_id), MEDIA_TYPE, problem.headers)


def _json(status: int, body: Any, media_type: str, headers: Mapping[str, str]) -> Response[Any]:
    return Response(status, media_type, json.dumps(body), headers={**_FIXED_HEADERS, **headers})
