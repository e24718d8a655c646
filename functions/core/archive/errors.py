from functions.core.runtime.errors import AmanaError


class UnknownShardError(AmanaError):
    """The event names no shard: give the stream's event source a tumbling window and deploy."""


class ArchiveDamagedError(AmanaError):
    """What the archive holds contradicts itself: run `amana archive verify`, tell an auditor."""
