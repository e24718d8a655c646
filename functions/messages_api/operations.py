"""What can be asked of the API: the one list that routes and description are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.core.audit.vocabulary import Action
from functions.core.runtime.http.requests import IDEMPOTENCY_KEY, Parameter, Request
from functions.messages_api import answers, checking, reading, sending

SEND = sending.SCOPE
READ = "amana/messages:read"


@dataclass(frozen=True)
class Operation:
    """`run` gets the request and the parameters that were given, and returns the body."""

    method: str
    path: str
    id: str
    summary: str
    run: Callable[[Request, Mapping[str, str]], dict[str, Any]]
    answer: Any
    action: Action
    scope: str | None = READ
    status: int = 200
    # an intent and its entry are stored in one transaction
    begins: bool = False
    lenient: bool = False
    parameters: tuple[Parameter, ...] = ()
    takes_message: bool = False
    problems: tuple[int, ...] = field(default=(400, 401, 403, 404, 429, 500, 503))

    def serve(self, request: Request) -> dict[str, Any]:
        if self.scope is not None:
            request.authorize(self.scope)
        return self.run(request, request.values(self.parameters))


def _openapi(_request: Request, _values: Mapping[str, str]) -> dict[str, Any]:
    from functions.messages_api import openapi  # only who asks for it waits for it

    return openapi.description()


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/messages",
        id="sendMessage",
        summary="Send a message, or mark one as read",
        run=sending.send,
        answer=answers.Accepted,
        action=Action.INTENT_ACCEPTED,
        scope=SEND,
        status=202,
        parameters=(IDEMPOTENCY_KEY,),
        takes_message=True,
        problems=(400, 401, 403, 409, 413, 429, 500, 503),
    ),
    Operation(
        method="POST",
        path="/v1/gate/check",
        id="checkGate",
        summary="Whether a message might be sent now, and every reason against",
        run=checking.check,
        answer=answers.Checked,
        action=Action.GATE_CHECKED,
        scope=SEND,
        takes_message=True,
        problems=(400, 401, 403, 413, 429, 500, 503),
    ),
    Operation(
        method="GET",
        path="/v1/messages/{message_id}",
        id="getMessage",
        summary="One message with everything reported about it",
        run=reading.message,
        answer=answers.Message,
        action=Action.MESSAGE_READ,
        parameters=(reading.MESSAGE_ID,),
    ),
    Operation(
        method="GET",
        path="/v1/conversations",
        id="listConversations",
        summary="Conversations, most recently active first",
        run=reading.conversations,
        answer=answers.Conversations,
        action=Action.CONVERSATIONS_LISTED,
        parameters=(reading.PHONE_NUMBER_ID, reading.CURSOR, reading.LIMIT),
        problems=(400, 401, 403, 429, 500, 503),
    ),
    Operation(
        method="GET",
        path="/v1/conversations/{conversation_id}/messages",
        id="listMessages",
        summary="The messages of a conversation, newest first",
        run=reading.messages,
        answer=answers.Messages,
        action=Action.MESSAGES_LISTED,
        parameters=(reading.CONVERSATION_ID, reading.CURSOR, reading.LIMIT),
    ),
    Operation(
        method="GET",
        path="/v1/accounts/{waba_id}/updates",
        id="listAccountUpdates",
        summary="What belongs to no conversation: account, templates, numbers, the unknown",
        run=reading.account_updates,
        answer=answers.AccountUpdates,
        action=Action.ACCOUNT_LISTED,
        parameters=(reading.WABA_ID, reading.CURSOR, reading.LIMIT),
    ),
    Operation(
        method="GET",
        path="/v1/openapi.json",
        id="getOpenApi",
        summary="This description",
        run=_openapi,
        answer=dict[str, Any],
        action=Action.DESCRIPTION_READ,
        scope=None,
        problems=(400, 429, 500),
    ),
)
