"""Problem details (RFC 9457): how every API here says that something went wrong."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from functions.core.runtime import log
from functions.core.runtime.errors import AmanaError

MEDIA_TYPE = "application/problem+json"

# a busy store is well within a second
_RETRY_STORE_S = "1"


@dataclass(frozen=True)
class FieldError:
    """`field`: a path such as `interactive.action.buttons.0.reply.title`."""

    field: str
    reason: str


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


# what a function knows of its own errors; None: nothing
Explain = Callable[[Exception], Problem | None]


def invalid(*errors: FieldError) -> Problem:
    return Problem(400, "invalid-request", "Some fields of the request are invalid.", errors)


NOT_FOUND = Problem(404, "not-found", "There is nothing at this address.")
UNAUTHENTICATED = Problem(
    401, "unauthenticated", "An access token is needed.", headers={"WWW-Authenticate": "Bearer"}
)
TOO_LARGE = Problem(413, "too-large", "The body is larger than this address takes.")
FAILED = Problem(500, "internal-error", "Something went wrong here. Try again later.")
UNAVAILABLE = Problem(
    503, "unavailable", "Try again in a moment.", headers={"Retry-After": _RETRY_STORE_S}
)


def forbidden(scope: str) -> Problem:
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    return Problem(
        403,
        "insufficient-scope",
        f"The access token lacks the scope {scope}.",
        headers={"WWW-Authenticate": challenge},
    )


def reported(error: Exception, operation: str, explain: Explain) -> Problem:
    """The answer, and a line in the log when it is ours: where it was raised, not its words."""
    problem = problem_of(error, explain)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        log.error("request failed", error, operation=operation, where=where)
    return problem


def problem_of(error: Exception, explain: Explain) -> Problem:
    """What a caller is told; of errors not raised on purpose, nothing but that there was one."""
    if isinstance(error, ProblemError):
        return error.problem
    explained = explain(error)
    if explained is not None:
        return explained
    return UNAVAILABLE if isinstance(error, AmanaError) and error.retryable else FAILED
