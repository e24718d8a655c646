"""Sequencing: entries from the outbox become leaves of the log, each once, in one order.

The head is what decides. It is moved by compare-and-swap before anything of a batch is written
elsewhere, so of two sequencers one wins and the other starts again from what won. Then the batch's
files are put, each only where there is none; then its checkpoint is signed; then the checkpoint is
moved, again by compare-and-swap. Whoever comes next first finishes what was left unfinished.
Nothing is ever signed that the head does not already hold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from functions.core.audit.batch import Batch, batch_of
from functions.core.audit.errors import AuditError, LogContentionError, LogDamagedError
from functions.core.audit.head import Head
from functions.core.audit.note import Checkpoint
from functions.core.runtime.streams import Change

_ROUNDS = 8  # against other sequencers: each round that one loses, another one wins


class LogStore(Protocol):
    """The tags say which version was read; None: there is none yet."""

    def head(self) -> tuple[Head, str | None]: ...

    def move_head(self, head: Head, tag: str | None) -> bool:
        """False: somebody else moved it."""

    def add(self, files: Mapping[str, bytes]) -> None:
        """Put tiles and bundles, by path; LogDamagedError when another one is there."""

    def checkpoint(self) -> tuple[Checkpoint | None, str | None]: ...

    def move_checkpoint(self, checkpoint: Checkpoint, tag: str | None) -> bool:
        """False: somebody else moved it."""


class Signer(Protocol):
    def sign(self, size: int, root: bytes) -> Checkpoint: ...

    def has_signed(self, checkpoint: Checkpoint) -> bool: ...


@dataclass(frozen=True)
class Sequenced:
    """What one call appended. `sealed` False: all of it was there already."""

    entries: int
    size: int
    sealed: bool = True


class Sequencer:
    def __init__(
        self,
        *,
        log: LogStore,
        signer: Signer,
        writers: Callable[[], Mapping[str, int]],
        now_ms: Callable[[], int],
    ) -> None:
        """`writers`: how many of each function there are, as the outbox says."""
        self._log = log
        self._signer = signer
        self._writers = writers
        self._now_ms = now_ms

    def take(self, shard: str, changes: Sequence[Change]) -> Sequenced:
        """One batch of a shard's stream, which may come again, cut anew."""
        return self._append(
            lambda head: batch_of(head, now_ms=self._now_ms(), shard=shard, changes=changes)
        )

    def beat(self) -> Sequenced:
        """An empty batch, so that silence is proved."""
        writers = self._writers()
        return self._append(lambda head: batch_of(head, now_ms=self._now_ms(), writers=writers))

    def _append(self, build: Callable[[Head], Batch | None]) -> Sequenced:
        for _ in range(_ROUNDS):
            head, tag = self._log.head()
            if not self._publish(head):
                continue
            batch = build(head)
            if batch is None:
                return Sequenced(0, head.edge.size, sealed=False)
            if self._log.move_head(batch.head, tag):
                # from here on it is in the log, whoever publishes it
                self._publish(batch.head)
                return Sequenced(batch.entries, batch.head.edge.size)
        raise self._contended()

    def _contended(self) -> AuditError:
        """A head that is behind the checkpoint and stays so is not one that others move on."""
        head, tag = self._log.head()
        stored, _ = self._log.checkpoint()
        _, later = self._log.head()
        if stored is not None and stored.size > head.edge.size and tag == later:
            return LogDamagedError("the head was put back to an earlier one")
        return LogContentionError("other sequencers kept moving the head")

    def _publish(self, head: Head) -> bool:
        """The checkpoint of this head is out; False: somebody else is at work on a later one."""
        stored, tag = self._log.checkpoint()
        size = stored.size if stored else 0
        if stored is not None:
            self._check(stored, head)
        elif head.before.size:
            raise LogDamagedError("the checkpoint is not there any more")
        if size >= head.edge.size:
            return size == head.edge.size
        self._log.add(head.files)
        signed = self._signer.sign(head.edge.size, head.edge.root)
        return self._log.move_checkpoint(signed, tag)

    def _check(self, stored: Checkpoint, head: Head) -> None:
        """Nothing is signed on top of what contradicts something signed before."""
        if not self._signer.has_signed(stored):
            raise LogDamagedError("the checkpoint is not signed by the log's key")
        if stored.size < head.before.size:
            raise LogDamagedError("the checkpoint is older than the head's last batch")
        roots = {head.before.size: head.before.root, head.edge.size: head.edge.root}
        # a later one is of a head that this one is not any more
        if stored.size <= head.edge.size and roots.get(stored.size) != stored.root:
            raise LogDamagedError("the head does not continue the checkpoint")
