from functions.core.runtime.errors import AmanaError


class NotFoundError(AmanaError):
    """No such message or conversation is stored here."""


class BadCursorError(AmanaError):
    """The cursor is not one that this list gave out; start again without one."""
