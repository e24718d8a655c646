from functions.core.runtime.errors import AmanaError


class InUseError(AmanaError):
    """Something is being written to what is to be deleted; the step is tried again."""

    retryable = True


class UnknownRunError(AmanaError):
    """No retention run has this id."""


class RunConflictError(AmanaError):
    """The Idempotency-Key stands for another body; use a new one."""
