"""What is behind the errors of media, as problem details."""

from functions.core.content.tickets import TicketRefusedError
from functions.core.media import refusals
from functions.core.runtime.http.problems import NOT_FOUND, FieldError, Problem, invalid

_PLAIN: dict[type[Exception], Problem] = {
    refusals.UnknownMediumError: NOT_FOUND,
    refusals.NoLongerThereError: Problem(410, "gone", "The medium is not to be had any more."),
    refusals.UploadClosedError: Problem(
        409, "upload-closed", "This upload takes no more parts. Begin a new one."
    ),
    refusals.TypeNotTakenError: Problem(
        415, "unsupported-media-type", "WhatsApp takes no files of that type."
    ),
    refusals.UploadConflictError: Problem(
        409,
        "idempotency-conflict",
        "The key stands for another file.",
        (FieldError("Idempotency-Key", "was used with another file"),),
    ),
    TicketRefusedError: Problem(
        409,
        "ticket-refused",
        "The ticket is used up, expired, or not for this. Ask for the medium again.",
    ),
}


def explain(error: Exception) -> Problem | None:
    match error:
        case refusals.NotReadyError():
            detail = f"The medium cannot be had yet: it is {error.state}."
            return Problem(409, "not-ready", detail)
        case refusals.NotServedError():
            return Problem(422, "quarantined", f"The medium is in quarantine: {error.reason}.")
        case refusals.FileTooLargeError():
            detail = f"WhatsApp takes at most {error.most} bytes of that type."
            return Problem(413, "too-large", detail)
        case refusals.InvalidUploadError():
            return invalid(FieldError(error.field, error.reason))
        case refusals.IncompleteUploadError():
            fields = [FieldError(f"parts.{number}", "is missing") for number in error.missing]
            return Problem(409, "parts-missing", "Not all parts are there.", fields)
    return _bad_range(error) if isinstance(error, refusals.BadRangeError) else _plain(error)


def _plain(error: Exception) -> Problem | None:
    return next((told for kind, told in _PLAIN.items() if isinstance(error, kind)), None)


def _bad_range(error: refusals.BadRangeError) -> Problem:
    size = "*" if error.size is None else error.size
    return Problem(
        416,
        "range-not-satisfiable",
        "Ask for one range within the file, of at most 4 MiB.",
        headers={"Content-Range": f"bytes */{size}"},
    )
