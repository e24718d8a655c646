"""What the archiver needs of the stores: objects nobody replaces, and heads that move on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.core.archive.segment import Head


@dataclass(frozen=True)
class Kept:
    """A stored object. `until` None: it is not locked."""

    data: bytes
    until: datetime | None


class Vault(Protocol):
    """Locked objects, which can be added and read, nothing else."""

    def add(self, name: str, data: bytes, *, until: datetime) -> bool:
        """False when there is an object of this name already: it stays as it is."""

    def read(self, name: str) -> Kept | None: ...


class Source(Protocol):
    def get(self, name: str) -> bytes | None:
        """A large update as it was sealed; None when it is gone."""


class Heads(Protocol):
    """How far the chain of each shard reaches."""

    def read(self, shard: str) -> Head | None: ...

    def all(self) -> dict[str, Head]:
        """By shard."""

    def move(self, shard: str, old: Head | None, new: Head) -> bool:
        """False when the head is not `old` any more."""
