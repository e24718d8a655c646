from functions.core.runtime.errors import AmanaError


class AuditError(AmanaError):
    """Base of what can be wrong with the audit log."""


class MalformedError(AuditError):
    """A checkpoint, tile, bundle or proof is not what the format says; the message says where."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(f"{what}: {detail}")
        self.what, self.detail = what, detail


class EntryTooLargeError(AuditError):
    """An entry does not fit into the log; `field` is its largest part: leave it out or cut it."""

    def __init__(self, field: str, size: int, most: int) -> None:
        super().__init__(f"an entry of {size} bytes, more than {most}; its largest field: {field}")
        self.field = field


class LogDamagedError(AuditError):
    """What is stored contradicts what was signed: run `amana audit verify`, tell an auditor."""


class LogContentionError(AuditError):
    """Other sequencers kept committing first; the batch comes again."""

    retryable = True


class UnknownEntryError(AuditError):
    """The log has no entry of this number, or not yet."""


class ExpiredError(AuditError):
    """The entry is past its retention."""


class WitnessRefusedError(AuditError):
    """The witness did not cosign: it knows another history, or is not well; its log says which."""
