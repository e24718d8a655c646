"""What is behind the errors of rights requests, as problem details."""

from functions.core.archive.exports.errors import RangeError, UnknownExportError
from functions.core.content.tickets import TicketRefusedError
from functions.core.rights import errors
from functions.core.rights.bodies import InvalidRequestError
from functions.core.runtime.http.problems import NOT_FOUND, FieldError, Problem, invalid


def explain(error: Exception) -> Problem | None:
    return _of_request(error) or _of_file(error)


def _of_file(error: Exception) -> Problem | None:
    match error:
        case UnknownExportError():
            return NOT_FOUND
        case TicketRefusedError():
            detail = "The ticket is used up, expired, or not for this. Ask for the files again."
            return Problem(409, "ticket-refused", detail)
        case RangeError():
            size = "*" if error.size is None else error.size
            return Problem(
                416,
                "range-not-satisfiable",
                "Ask for one range within the file, of at most 4 MiB.",
                headers={"Content-Range": f"bytes */{size}"},
            )
    return None


def _of_request(error: Exception) -> Problem | None:  # noqa: PLR0911 - one answer for each error
    match error:
        case errors.UnknownRequestError():
            return NOT_FOUND
        case InvalidRequestError():
            return invalid(*error.errors)
        case errors.KeyConflictError():
            fields = [FieldError("Idempotency-Key", "was used with another body")]
            return Problem(409, "idempotency-conflict", "The key stands for another body.", fields)
        case errors.WrongCodeError():
            fields = [FieldError("code", "is wrong, or has run out")]
            return Problem(403, "wrong-code", "This is not the code that was sent last.", fields)
        case errors.CodeLockedError():
            detail = "Too many wrong codes: staff must verify who it is."
            return Problem(403, "code-locked", detail)
        case errors.TooManyCodesError():
            detail = "No more codes are sent for this request: staff must verify who it is."
            return Problem(409, "too-many-codes", detail)
        case errors.SamePersonError():
            detail = "Who filed a request, or verified who it is from, does not decide on it."
            return Problem(403, "second-person-needed", detail)
        case errors.TooLateError():
            detail = (
                "It cannot be extended: it is too late to tell the person, or no law allows it."
            )
            return Problem(409, "too-late", detail)
        case errors.NotNowError():
            detail = f"This cannot be done while it is {error.state}."
            return Problem(409, "not-now", detail)
    return None
