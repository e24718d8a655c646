"""What is entered of a request to the API: that it was served, or refused, and to whom.

Whoever is given something, or told no, is in the log before they have the answer. What changes
something without a transaction that an entry could share is also entered before it begins.
"""

from collections.abc import Callable
from http import HTTPStatus

from functions.core.audit.model import Actor, Event, network
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.audit.writer import Writer
from functions.core.runtime.http.app import Operation
from functions.core.runtime.http.problems import Problem
from functions.core.runtime.http.requests import Request
from functions.core.runtime.ids import random_id

_NOT_ALLOWED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def caller(request: Request, scope: str | None) -> Actor:
    return Actor(
        kind="client", id=request.client_id, role=scope or "", network=network(request.address)
    )


class RequestAudit:
    """`writer` is called when the first entry is due: a cold start needs none."""

    def __init__(self, writer: Callable[[], Writer]) -> None:
        self._writer = writer

    def begun(self, operation: Operation, request: Request) -> None:
        if operation.begins:
            self._enter(operation, request, Action(operation.action), Outcome.BEGUN)

    def served(self, operation: Operation, request: Request) -> None:
        if not request.told.is_entered:
            self._enter(operation, request, Action(operation.action), Outcome.DONE)

    def refused(self, operation: Operation, request: Request, problem: Problem) -> None:
        request.told.facts |= {"status": problem.status, "problem": problem.kind}
        if problem.status in _NOT_ALLOWED:
            self._enter(operation, request, Action.SCOPE_DENIED, Outcome.DENIED)
        elif problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._enter(operation, request, Action(operation.action), Outcome.FAILED)
        else:
            self._enter(operation, request, Action(operation.action), Outcome.REFUSED)

    def _enter(
        self, operation: Operation, request: Request, action: Action, outcome: Outcome
    ) -> None:
        told = request.told
        event = Event(
            action=action,
            by=caller(request, operation.scope),
            on=tuple(dict.fromkeys(told.on)),
            what=told.what,
            purpose=told.purpose,
            request=request.request_id,
            outcome=outcome,
            facts={**told.facts, "operation": operation.id},
        )
        # API Gateway names each request once
        name = request.request_id or random_id()
        self._writer().write(event, key=f"request {name} {outcome.value}")
