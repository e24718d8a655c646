"""What is behind the errors of contacts and consents, as problem details."""

from functions.consent_api import importing
from functions.core.consent import errors
from functions.core.consent.bodies import InvalidConsentError
from functions.core.runtime.http.problems import NOT_FOUND, FieldError, Problem, invalid
from functions.core.sending import errors as sending
from functions.core.sending.message_errors import InvalidMessageError

# WhatsApp takes one message every 6 seconds for one person
_RETRY_PENDING_S = "6"


def explain(error: Exception) -> Problem | None:
    if isinstance(error, errors.UnknownContactError | sending.UnknownContactError):
        return NOT_FOUND
    if isinstance(error, InvalidConsentError | InvalidMessageError):
        return invalid(*error.errors)
    if isinstance(error, errors.ConsentError | sending.SendingError):
        return _not_now(error) or invalid(FieldError(error.field, str(error)))
    return importing.explain(error)


def _not_now(error: errors.ConsentError | sending.SendingError) -> Problem | None:
    """What would be right at another time, or under another key."""
    fields = [FieldError(error.field, str(error))]
    match error:
        case errors.KeyConflictError() | sending.IdempotencyConflictError():
            return Problem(409, "idempotency-conflict", "The key stands for another body.", fields)
        case errors.RequestOpenError():
            return Problem(409, "request-open", "One purpose is asked for at a time.", fields)
        case sending.TooManyPendingError():
            headers = {"Retry-After": _RETRY_PENDING_S}
            detail = "Too many messages already wait for this contact."
            return Problem(429, "too-many-pending", detail, headers=headers)
    return None
