"""What is behind the errors of messages and conversations, as problem details."""

from functions.core.conversations.read_errors import BadCursorError, NotFoundError
from functions.core.runtime.http.problems import NOT_FOUND, FieldError, Problem, invalid
from functions.core.sending.errors import (
    IdempotencyConflictError,
    SendingError,
    TooManyPendingError,
)
from functions.core.sending.message_errors import InvalidMessageError

# WhatsApp takes one message every 6 seconds for one person
_RETRY_PENDING_S = "6"


def explain(error: Exception) -> Problem | None:
    match error:
        case NotFoundError():
            return NOT_FOUND
        case BadCursorError():
            return invalid(FieldError("cursor", str(error)))
        case SendingError():
            return _of_sending(error)
    return None


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
