"""What is behind the errors of the audit log, as problem details."""

from functions.core.audit.errors import ExpiredError, UnknownEntryError
from functions.core.runtime.http.problems import NOT_FOUND, Problem


def explain(error: Exception) -> Problem | None:
    match error:
        case UnknownEntryError():
            return NOT_FOUND
        case ExpiredError():
            return Problem(410, "gone", "The entry is past its retention and was deleted.")
    return None
