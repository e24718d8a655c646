from collections.abc import Sequence

from functions.core.runtime.errors import AmanaError
from functions.core.runtime.http.problems import FieldError


class ExportError(AmanaError):
    """Base of what can be wrong with asking for an export."""


class InvalidExportError(ExportError):
    """The request is wrong; `errors` names every field that is."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("the request for an export is invalid")
        self.errors = list(errors)


class UnknownExportError(ExportError):
    """There is no such export, or no such file in it."""


class UnknownPersonError(ExportError):
    """No contact or conversation has this id."""


class ExportConflictError(ExportError):
    """This Idempotency-Key was used with another body."""


class RangeError(ExportError):
    """Not one range within the file, or a longer one than is given at once.

    `size`: of the file, None when it is not known.
    """

    def __init__(self, size: int | None) -> None:
        super().__init__("not a range that can be given")
        self.size = size


class ExportTooLargeError(ExportError):
    """More content than one export may hold: ask for a shorter period."""


class NotPlannedError(ExportError):
    """A step came before the plan: the state machine is not the one that belongs here."""
