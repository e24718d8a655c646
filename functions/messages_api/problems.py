"""Everything that can go wrong, as problem details (RFC 9457)."""

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from functions.core.conversations.read_errors import BadCursorError, NotFoundError
from functions.core.runtime import log
from functions.core.runtime.errors import AmanaError
from functions.core.sending.errors import (
    IdempotencyConflictError,
    SendingError,
    TooManyPendingError,
)
from functions.core.sending.message_errors import FieldError, InvalidMessageError

MEDIA_TYPE = "application/problem+json"

# WhatsApp takes one message every 6 seconds for one person; a busy store is well within a second.
_RETRY_PENDING_S = "6"
_RETRY_STORE_S = "1"


@dataclass(frozen=True)
class Problem:
    """`kind` is stable and meant for programs, `detail` is meant for people."""

    status: int
    kind: str
    detail: str
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, request_id: str) -> dict[str, Any]:
        return {
            "type": f"urn:amana:problem:{self.kind}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "errors": [{"field": error.field, "reason": error.reason} for error in self.errors],
            "request_id": request_id,
        }


class ProblemError(AmanaError):
    """A request that cannot be served, with the answer it gets."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


def invalid(*errors: FieldError) -> Problem:
    return Problem(400, "invalid-request", "Some fields of the request are invalid.", errors)


NOT_FOUND = Problem(404, "not-found", "There is nothing at this address.")
UNAUTHENTICATED = Problem(
    401, "unauthenticated", "An access token is needed.", headers={"WWW-Authenticate": "Bearer"}
)
TOO_LARGE = Problem(413, "too-large", "The body is larger than a message can be.")
FAILED = Problem(500, "internal-error", "Something went wrong here. Try again later.")


def forbidden(scope: str) -> Problem:
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    return Problem(
        403,
        "insufficient-scope",
        f"The access token lacks the scope {scope}.",
        headers={"WWW-Authenticate": challenge},
    )


def reported(error: Exception, operation: str) -> Problem:
    """`problem_of`, and a line in the log when it is ours: where it was raised, not its words."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        log.error("request failed", error, operation=operation, where=where)
    return problem


def problem_of(error: Exception) -> Problem:
    """What a caller is told; of errors not raised on purpose, nothing but that there was one."""
    match error:
        case ProblemError():
            return error.problem
        case NotFoundError():
            return NOT_FOUND
        case BadCursorError():
            return invalid(FieldError("cursor", str(error)))
        case SendingError():
            return _of_sending(error)
        case AmanaError(retryable=True):
            headers = {"Retry-After": _RETRY_STORE_S}
            return Problem(503, "unavailable", "Try again in a moment.", headers=headers)
    return FAILED


def _of_sending(error: SendingError) -> Problem:
    match error:
        case InvalidMessageError():
            return invalid(*error.errors)
        case IdempotencyConflictError():
            fields = [FieldError(error.field, str(error))]
            return Problem(409, "idempotency-conflict", "The key stands for another body.", fields)
        case TooManyPendingError():
            headers = {"Retry-After": _RETRY_PENDING_S}
            detail = "Too many messages already wait for this contact."
            return Problem(429, "too-many-pending", detail, headers=headers)
    return invalid(FieldError(error.field, str(error)))
