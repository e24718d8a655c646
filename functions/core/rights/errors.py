"""What can be wrong with a request of a person about their data."""

from functions.core.runtime.errors import AmanaError


class RightsError(AmanaError):
    """Something about a rights request that its caller can put right."""


class UnknownRequestError(RightsError):
    """There is no rights request with this id."""


class NotNowError(RightsError):
    """The request is in a state in which this cannot be done; look at its state first."""

    def __init__(self, deed: str, state: str) -> None:
        super().__init__(f"{deed} is not possible while it is {state}")
        self.deed = deed
        self.state = state


class KeyConflictError(RightsError):
    """The Idempotency-Key stands for another body; use a new one."""


class SamePersonError(RightsError):
    """Who filed or verified a request cannot decide on it; another client must."""


class TooLateError(RightsError):
    """The time in which the deadline could be extended with notice to the person is over."""


class WrongCodeError(RightsError):
    """The code is wrong, has run out, or there is none; ask for a new one."""


class TooManyCodesError(RightsError):
    """No more codes are sent for this request; staff must verify who it is."""


class CodeLockedError(RightsError):
    """Too many wrong codes: none is taken any more, and staff must verify who it is."""
