"""What can come of fetching or serving a medium, other than its bytes."""

from functions.core.runtime.errors import AmanaError


class MediaError(AmanaError):
    """`reason`: one word for records, logs and metrics."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LaterError(MediaError):
    """Not now. `delay_s` 0: after the usual pause; `stopped`: a person has to act first."""

    retryable = True

    def __init__(self, reason: str, *, delay_s: float = 0, stopped: bool = False) -> None:
        super().__init__(reason)
        self.delay_s = delay_s
        self.stopped = stopped


class GoneError(MediaError):
    """Meta does not have the medium, or has it no longer."""


class UrlExpiredError(MediaError):
    """The download URL leads nowhere: ask for a new one."""


class RefusedError(MediaError):
    """Graph will never do what was asked. `code`: its error code, if it named one."""

    def __init__(self, reason: str, *, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


class QuarantineError(MediaError):
    """The medium is not what it was announced as; it must not be served."""


class MalformedMessageError(MediaError):
    """The queue message is none of ours; it goes to the dead-letter queue for a person to see."""


class MissingObjectError(MediaError):
    """An object that a record points to is not in its bucket."""
