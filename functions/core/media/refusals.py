"""Why a caller does not get a medium, or may not upload one."""

from functions.core.runtime.errors import AmanaError


class UnknownMediumError(AmanaError):
    """No medium, upload or part of that name, or not this caller's."""


class NotReadyError(AmanaError):
    """It is not there yet; `state` says how far it got."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class NotServedError(AmanaError):
    """It is in quarantine and stays there; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoLongerThereError(AmanaError):
    """Meta did not have it any more, Graph refused it, or its content key was destroyed."""


class UploadClosedError(AmanaError):
    """All parts were there already, or too much time has passed: begin a new upload."""


class UploadConflictError(AmanaError):
    """The Idempotency-Key stands for another file."""


class IncompleteUploadError(AmanaError):
    """`missing`: numbers of parts, the first few."""

    def __init__(self, missing: list[int]) -> None:
        super().__init__("parts are missing")
        self.missing = missing


class TypeNotTakenError(AmanaError):
    """WhatsApp takes no files of that type."""


class FileTooLargeError(AmanaError):
    """More bytes than WhatsApp takes of that type; `most` says how many it does."""

    def __init__(self, most: int) -> None:
        super().__init__("the file is too large")
        self.most = most


class InvalidUploadError(AmanaError):
    """`field` names the part of the request that is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class BadRangeError(AmanaError):
    """No range, or one outside the file. `size`: of the file, as far as it was looked at."""

    def __init__(self, size: int | None) -> None:
        super().__init__("the range cannot be given")
        self.size = size
