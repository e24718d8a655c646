"""What makes an item findable when its time is over: two attributes, one index.

The index `retention` of a table has the partition key `retain_shard` and the sort key `retain_at`.
The latter is the moment a period is counted *from*, so that a changed policy applies at once; a run
asks each shard for what lies before today minus the period, and pays for nothing else.
"""

import zlib

from functions.core.retention.kinds import DataKind

INDEX = "retention"

# one index partition takes 1,000 writes a second
SHARDS = 8

_LAST_MS = 10**13 - 1


def due_attributes(kind: DataKind, name: str, at_ms: int, *, by: str) -> dict[str, str]:
    """`name`: unique among what is counted from the same millisecond, such as the item's id.

    `by`: the alias it belongs to, where there is one: what one run deletes then lies behind few
    guards, and no other run's.
    """
    return {
        "retain_shard": due_shard(kind, shard_of(by)),
        "retain_at": f"{due_position(at_ms)}#{name}",
    }


def shard_of(node: str) -> int:
    return zlib.crc32(node.encode()) % SHARDS


def due_shard(kind: DataKind, shard: int) -> str:
    return f"{kind.value}#{shard}"


def due_position(at_ms: int) -> str:
    """Sorts as time does; everything counted from before `at_ms` sorts before it."""
    return f"{min(max(at_ms, 0), _LAST_MS):013d}"
