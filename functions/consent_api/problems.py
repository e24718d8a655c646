"""What is behind the errors of contacts and consents, as problem details."""

from functions.core.consent import errors
from functions.core.consent.bodies import InvalidConsentError
from functions.core.runtime.http.problems import NOT_FOUND, FieldError, Problem, invalid
from functions.core.sending import errors as sending
from functions.core.sending.message_errors import InvalidMessageError

# WhatsApp takes one message every 6 seconds for one person
_RETRY_PENDING_S = "6"


def explain(error: Exception) -> Problem | None:
    match error:
        case errors.UnknownContactError() | sending.UnknownContactError():
            return NOT_FOUND
        case errors.KeyConflictError() | sending.IdempotencyConflictError():
            fields = [FieldError(error.field, str(error))]
            return Problem(409, "idempotency-conflict", "The key stands for another body.", fields)
        case errors.RequestOpenError():
            fields = [FieldError(error.field, str(error))]
            return Problem(409, "request-open", "One purpose is asked for at a time.", fields)
        case sending.TooManyPendingError():
            headers = {"Retry-After": _RETRY_PENDING_S}
            detail = "Too many messages already wait for this contact."
            return Problem(429, "too-many-pending", detail, headers=headers)
        case InvalidConsentError() | InvalidMessageError():
            return invalid(*error.errors)
        case errors.ConsentError() | sending.SendingError():
            return invalid(FieldError(error.field, str(error)))
    return None
