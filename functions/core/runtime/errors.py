class AmanaError(Exception):
    """Base of every error raised on purpose. `retryable`: trying again later can help."""

    retryable = False


class SettingsError(AmanaError):
    """A function was deployed with an environment it cannot read; deploy again."""


class StoreUnavailableError(AmanaError):
    """AWS throttled or failed a request; the caller's message comes back by itself."""

    retryable = True
