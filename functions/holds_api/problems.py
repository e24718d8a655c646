"""What is behind the errors of holds, as problem details."""

from functions.core.holds import errors
from functions.core.runtime.http.problems import NOT_FOUND, FieldError, Problem, invalid


def explain(error: Exception) -> Problem | None:
    match error:
        case errors.InvalidHoldError():
            return invalid(*error.errors)
        case errors.UnknownSubjectError():
            return Problem(404, "not-found", "No contact or conversation has this id.")
        case errors.UnknownHoldError():
            return NOT_FOUND
        case errors.HoldConflictError():
            fields = [FieldError("Idempotency-Key", str(error))]
            return Problem(409, "idempotency-conflict", "The key stands for another body.", fields)
    return _of_lifting(error)


def _of_lifting(error: Exception) -> Problem | None:
    match error:
        case errors.NotInForceError():
            detail = "Only an active hold can be lifted: this one is being placed, or is lifted."
            return Problem(409, "hold-not-active", detail)
        case errors.LiftNotAskedError():
            detail = "Missing: a lift-request, by another client than the one that lifts."
            return Problem(409, "lift-not-asked", detail)
        case errors.SecondPersonNeededError():
            detail = "Missing: a second client. Who asked for a hold to be lifted cannot lift it."
            return Problem(409, "other-client-needed", detail)
    return None
