from functions.core.runtime.errors import AmanaError


class KeyDestroyedError(AmanaError):
    """The content can never be read again. `destroyed_ms` None: no trace of the key is left."""

    def __init__(self, destroyed_ms: int | None) -> None:
        super().__init__("the content key was destroyed")
        self.destroyed_ms = destroyed_ms


class CiphertextRefusedError(AmanaError):
    """Changed, or not where it was written: another field, record, contact, table or key."""


class NoEpochError(AmanaError):
    """No epoch has been opened yet: its workflow runs after every deployment and every hour."""

    retryable = True


class EpochUnusableError(AmanaError):
    """KMS no longer opens this epoch: its key is disabled, pending deletion or gone."""


class KeyHeldError(AmanaError):
    """A legal hold forbids the destruction of this key."""
