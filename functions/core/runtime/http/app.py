"""A REST API behind API Gateway: operations in, one application out, every error answered."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Protocol

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from functions.core.runtime.http.problems import (
    MEDIA_TYPE,
    NOT_FOUND,
    UNAVAILABLE,
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


@dataclass(frozen=True)
class JsonReply:
    """JSON with another status than the operation's usual one, or of a type of its own."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    media_type: str = "application/json"


Served = dict[str, Any] | Reply | JsonReply


class Operation(Protocol):
    """`serve` returns the JSON body of an answer with `status`, or a whole reply.

    `action`: what it is in the audit log. `begins`: it changes something that cannot be in one
    transaction with its entry, so it is entered before as well. `lenient`: it is never refused for
    its form; what is not understood is passed over.
    """

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def scope(self) -> str | None: ...
    @property
    def action(self) -> StrEnum: ...
    @property
    def begins(self) -> bool: ...
    @property
    def lenient(self) -> bool: ...

    def serve(self, request: Request) -> Served: ...


class Audit(Protocol):
    """Where every request leaves an entry; what cannot be entered is not served."""

    def begun(self, operation: Operation, request: Request) -> None: ...

    def served(self, operation: Operation, request: Request) -> None: ...

    def refused(self, operation: Operation, request: Request, problem: Problem) -> None: ...


def application(
    operations: Iterable[Operation], explain: Explain, audit: Audit
) -> APIGatewayRestResolver:
    app = APIGatewayRestResolver()
    for operation in operations:
        _register(app, operation, explain, audit)

    @app.not_found
    def _not_found(_error: Exception) -> Response[Any]:
        return _told(NOT_FOUND, Request(app.current_event.raw_event, {}))

    return app


def _register(
    app: APIGatewayRestResolver, operation: Operation, explain: Explain, audit: Audit
) -> None:
    def run(**path: str) -> Response[Any]:
        request = Request(app.current_event.raw_event, path)
        try:
            request.told.purpose = request.purpose(lenient=operation.lenient)
            audit.begun(operation, request)
            answer = _answered(operation.status, operation.serve(request))
            audit.served(operation, request)
        except Exception as error:  # noqa: BLE001 - the edge: whatever happens is answered
            problem = reported(error, operation.id, explain)
            return _told(_entered(audit, operation, request, problem), request)
        return answer

    app.route(operation.path.replace("{", "<").replace("}", ">"), method=operation.method)(run)


def _entered(audit: Audit, operation: Operation, request: Request, problem: Problem) -> Problem:
    """A refusal that cannot be entered becomes a failure: the caller asks again."""
    try:
        audit.refused(operation, request, problem)
    except Exception as error:  # noqa: BLE001 - the edge
        reported(error, operation.id, lambda _: None)
        return problem if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else UNAVAILABLE
    return problem


def _answered(status: int, served: Served) -> Response[Any]:
    if isinstance(served, JsonReply):
        return _json(served.status, served.body, served.media_type, {})
    if isinstance(served, Reply):
        headers = {**_FIXED_HEADERS, **served.headers}
        # bytes travel to API Gateway as base64, which it undoes for the types it is told of only
        is_text = served.media_type.startswith("text/")
        body = served.body.decode() if is_text else served.body
        return Response(served.status, served.media_type, body, headers=headers)
    return _json(status, served, "application/json", {})


def _told(problem: Problem, request: Request) -> Response[Any]:
    return _json(problem.status, problem.body(request.request_id), MEDIA_TYPE, problem.headers)


def _json(status: int, body: Any, media_type: str, headers: Mapping[str, str]) -> Response[Any]:
    return Response(status, media_type, json.dumps(body), headers={**_FIXED_HEADERS, **headers})
