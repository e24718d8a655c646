from collections.abc import Sequence

from functions.core.runtime.errors import AmanaError
from functions.core.runtime.http.problems import FieldError


class HoldError(AmanaError):
    """Base of what can be wrong with a legal hold."""


class InvalidHoldError(HoldError):
    """The request is wrong; `errors` names every field that is."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("the request for a legal hold is invalid")
        self.errors = list(errors)


class UnknownHoldError(HoldError):
    """No legal hold has this id."""


class UnknownSubjectError(HoldError):
    """No contact or conversation has this id."""


class HoldConflictError(HoldError):
    """This Idempotency-Key was used with another body."""


class NotInForceError(HoldError):
    """The hold is still being placed, or is lifted already."""


class LiftNotAskedError(HoldError):
    """Nobody has asked for the hold to be lifted: two people are needed, one after the other."""


class SecondPersonNeededError(HoldError):
    """Whoever asked for the hold to be lifted cannot lift it: another client must."""


class StillLockedError(HoldError):
    """Objects of the archive are still locked: the step comes again."""

    retryable = True
