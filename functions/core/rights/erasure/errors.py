from functions.core.runtime.errors import AmanaError


class NotErasedError(AmanaError):
    """Something is still there, or is there again, that had to go; the step is tried again.

    `counts`: how much of which kind, by name.
    """

    retryable = True

    def __init__(self, counts: dict[str, int]) -> None:
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
        super().__init__(f"not everything is gone yet: {told}")
        self.counts = counts


class UnknownErasureError(AmanaError):
    """No rights request that asks for erasure has this id."""
