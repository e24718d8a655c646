from collections.abc import Sequence

from functions.core.runtime.errors import AmanaError
from functions.core.runtime.http.problems import FieldError


class ImportsError(AmanaError):
    """Base of what can be wrong with an import."""


class InvalidImportError(ImportsError):
    """The request is wrong; `errors` names every field that is."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("the request for an import is invalid")
        self.errors = list(errors)


class UnknownImportError(ImportsError):
    """There is no such import, or none of this client."""


class ImportConflictError(ImportsError):
    """This Idempotency-Key was used with another body."""


class ImportClosedError(ImportsError):
    """It was started or has run out of time: it takes no parts, and is not started again."""


class PartsMissingError(ImportsError):
    """Parts are numbered from 1 without a gap; `missing`: the first numbers that are not there."""

    def __init__(self, missing: Sequence[int]) -> None:
        super().__init__("not all parts are there")
        self.missing = list(missing)


class NotPlannedError(ImportsError):
    """A step came before the plan: the state machine is not the one that belongs here."""


class UnreadableError(ImportsError):
    """A row that says nothing that could be recorded; `reasons` by field."""

    def __init__(self, *reasons: tuple[str, str]) -> None:
        super().__init__("a row is refused")
        self.reasons = reasons
