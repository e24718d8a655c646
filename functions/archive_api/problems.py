"""What is behind the errors of exports, as problem details."""

from functions.core.archive.exports.errors import (
    ExportConflictError,
    InvalidExportError,
    RangeError,
    UnknownExportError,
    UnknownPersonError,
)
from functions.core.content.tickets import TicketRefusedError
from functions.core.runtime.http.problems import NOT_FOUND, FieldError, Problem, invalid


def explain(error: Exception) -> Problem | None:
    match error:
        case InvalidExportError():
            return invalid(*error.errors)
        case UnknownPersonError():
            return Problem(404, "not-found", "No contact or conversation has this id.")
        case UnknownExportError():
            return NOT_FOUND
        case ExportConflictError():
            fields = [FieldError("Idempotency-Key", str(error))]
            return Problem(409, "idempotency-conflict", "The key stands for another body.", fields)
    return _of_file(error)


def _of_file(error: Exception) -> Problem | None:
    match error:
        case TicketRefusedError():
            detail = "The ticket is used up, expired, or not for this. Ask for the export again."
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
