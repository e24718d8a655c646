from functions.core.runtime.errors import AmanaError


class ArchiveDamagedError(AmanaError):
    """What the archive holds contradicts itself: run `amana archive verify`, tell an auditor."""
