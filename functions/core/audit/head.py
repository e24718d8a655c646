"""Where the log ends: what the next batch is appended to, and how to finish the last one. Pure.

A head holds the tree's edge before its last batch and the leaves of that batch. From it follow all
files of the batch, and the edge that the next one starts from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from functions.core.audit.errors import LogDamagedError
from functions.core.audit.model import Link
from functions.core.audit.tiles import Edge

WRITER = "sequencer"


@dataclass(frozen=True)
class Position:
    """How far a shard of the outbox's stream has been read, and when that was sealed."""

    sequence: int
    at_ms: int


@dataclass(frozen=True)
class Head:
    """`link`: of the sequencer's next own entry. `at_ms`: of the last batch."""

    before: Edge = field(default_factory=Edge)
    leaves: tuple[str, ...] = ()
    link: Link = field(default_factory=lambda: Link(WRITER, 0, ""))
    at_ms: int = 0
    positions: Mapping[str, Position] = field(default_factory=dict)

    @cached_property
    def _extended(self) -> tuple[Edge, dict[str, bytes]]:
        return self.before.extended([leaf.encode("ascii") for leaf in self.leaves])

    @property
    def edge(self) -> Edge:
        """After the batch."""
        return self._extended[0]

    @property
    def files(self) -> Mapping[str, bytes]:
        """Of the batch, by path."""
        return self._extended[1]


def head_as_bytes(head: Head) -> bytes:
    edge = head.before
    return json.dumps(
        {
            "v": 1,
            "size": edge.size,
            "hashes": [[each.hex() for each in level] for level in edge.hashes],
            "bundle": [entry.decode("ascii") for entry in edge.bundle],
            "leaves": list(head.leaves),
            "seq": head.link.number,
            "prev": head.link.previous,
            "at_ms": head.at_ms,
            "positions": {
                shard: {"sequence": str(place.sequence), "at_ms": place.at_ms}
                for shard, place in head.positions.items()
            },
        }
    ).encode()


def head_from(data: bytes) -> Head:
    try:
        told: dict[str, Any] = json.loads(data)
        edge = Edge(
            size=told["size"],
            hashes=tuple(tuple(map(bytes.fromhex, level)) for level in told["hashes"]),
            bundle=tuple(entry.encode("ascii") for entry in told["bundle"]),
        )
        positions = {
            shard: Position(int(place["sequence"]), place["at_ms"])
            for shard, place in told["positions"].items()
        }
        link = Link(WRITER, told["seq"], told["prev"])
        return Head(edge, tuple(told["leaves"]), link, told["at_ms"], positions)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LogDamagedError("the head of the log is not one") from None
