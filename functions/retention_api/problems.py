"""What is behind the errors of retention, as problem details."""

from functions.core.retention.errors import RunConflictError, UnknownRunError
from functions.core.runtime.http.problems import NOT_FOUND, FieldError, Problem


def explain(error: Exception) -> Problem | None:
    match error:
        case UnknownRunError():
            return NOT_FOUND
        case RunConflictError():
            fields = [FieldError("Idempotency-Key", str(error))]
            return Problem(409, "idempotency-conflict", "The key stands for another body.", fields)
    return None
