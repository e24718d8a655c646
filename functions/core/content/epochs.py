"""Turning epochs: living keys are wrapped anew, then the old KMS key is deleted, and it is proved.

Every step may be repeated, interrupted anywhere, or run beside itself. What decides is the state
stored with each epoch: open (new keys are wrapped under it), closed (its keys are being moved),
retired (nothing depends on it, its KMS key is scheduled for deletion).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from functions.core.content.errors import CiphertextRefusedError, NoEpochError
from functions.core.content.keystore import Epoch, EpochState, Roots, StoredKey
from functions.core.content.wrapping import unwrapped, wrapped

DAY_MS = 86_400_000
_SOME = 20  # ids named in a report
# Longer than a step takes with its repeats, and than the workflow waits between two. A run that
# is throttled for longer shares its work with the next one: every step may run beside itself.
_BUSY_MS = 30 * 60_000


@dataclass(frozen=True)
class Turning:
    """An epoch and how far its end has come.

    `lists`: names of the objects that say what moved. `busy_until_ms`: a run was at work on it; if
    nothing is heard of that run until then, it died.
    """

    epoch: Epoch
    successor: int | None = None
    closed_ms: int | None = None
    moved: int = 0
    lists: Sequence[str] = ()
    deletion_ms: int | None = None
    proof: str | None = None
    busy_until_ms: int = 0


class EpochStore(Protocol):
    def turnings(self) -> list[Turning]:
        """Every epoch that is not over and proved, the oldest first."""

    def turning(self, number: int) -> Turning | None: ...

    def current(self) -> Turning | None: ...

    def open(self, epoch: Epoch, *, after: Epoch | None, now_ms: int) -> bool:
        """Open it and close the one before, both or neither."""

    def under(self, epoch: int, limit: int) -> list[StoredKey]:
        """Keys that depend on an epoch, as they are stored now."""

    def moved(self, before: Sequence[StoredKey], after: Sequence[StoredKey]) -> int:
        """Replace these if nothing changed meanwhile and the new epoch is open; how many were."""

    def note_moved(self, epoch: int, count: int, list_name: str) -> None: ...

    def note_busy(self, epoch: int, until_ms: int) -> None: ...

    def retire(self, epoch: int) -> bool:
        """Closed → retired; True also when it is retired already."""

    def note_deletion(self, epoch: int, deletion_ms: int) -> None: ...

    def note_proof(self, epoch: int, name: str) -> None: ...


class EpochKeys(Protocol):
    """KMS, as far as the end and the beginning of epochs need it."""

    def make(self, number: int) -> tuple[str, bytes]:
        """A new KMS key, and a root that it wrapped."""

    def share(self, kms_key: str) -> None:
        """Let exactly those roles use it that should."""

    def delete(self, kms_key: str) -> int:
        """Schedule its deletion; when (ms) it will be gone, also when it was scheduled before."""


class Proofs(Protocol):
    def put(self, kind: str, content: object) -> str:
        """Store a JSON document for good, under a name that follows from its content."""


@dataclass(frozen=True)
class EpochRules:
    epoch_days: int
    pending_days: int

    @property
    def bound_days(self) -> int:
        """Destroyed content is unrecoverable from any backup after so many days.

        A backup made just before the destruction holds the wrapped key. It is worthless when the
        epoch that wrapped it is over (`epoch_days` after it began at the latest) and KMS has
        deleted its key (`pending_days` later). Two days on top: one for noticing that the epoch is
        over, moving its keys and letting caches run out, and one that KMS may take longer than it
        was told (AWS KMS developer guide, "Deleting AWS KMS keys").
        """
        return self.epoch_days + self.pending_days + 2


@dataclass(frozen=True)
class Dependents:
    """Keys that still need an epoch. `ids`: some of them; `held`: those under a legal hold."""

    count: int
    ids: Sequence[str] = ()
    held: Sequence[str] = ()


@dataclass(frozen=True)
class Moved:
    count: int
    stuck: Sequence[str] = field(default_factory=tuple)
    done: bool = False


class Epochs:
    def __init__(
        self,
        *,
        store: EpochStore,
        keys: EpochKeys,
        roots: Roots,
        proofs: Proofs,
        rules: EpochRules,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._keys = keys
        self._roots = roots
        self._proofs = proofs
        self._rules = rules
        self._now_ms = now_ms

    def plan(self) -> dict[str, object]:
        """What is to be done: `open` a new epoch or not, and the old one to bring to its end.

        One that another run is at is left to it: a run of millions of keys takes more than the
        hour after which the next one starts.
        """
        turnings = self._store.turnings()
        for turning in turnings:
            if turning.epoch.state is not EpochState.RETIRED:
                self._keys.share(turning.epoch.kms_key)
        current = self._store.current()
        now_ms = self._now_ms()
        ended = [
            turning.epoch.number
            for turning in turnings
            if turning.epoch.state is not EpochState.OPEN and turning.busy_until_ms <= now_ms
        ]
        return {
            "open": current is None or self._is_over(current.epoch),
            "old": min(ended, default=0),
        }

    def open(self) -> int:
        """The number of the epoch that is open now."""
        current = self._store.current()
        if current is not None and not self._is_over(current.epoch):
            return current.epoch.number
        before = current.epoch if current else None
        number = before.number + 1 if before else 1
        kms_key, root = self._keys.make(number)
        epoch = Epoch(number, kms_key, root, self._now_ms())
        if not self._store.open(epoch, after=before, now_ms=self._now_ms()):
            self._keys.delete(kms_key)  # somebody else was faster
        return self._open_epoch().number

    def rewrap(self, old: int, *, limit: int) -> Moved:
        """Move up to `limit` keys to the open epoch. `done`: none is left that could be moved."""
        self._store.note_busy(old, self._now_ms() + _BUSY_MS)
        before = self._store.under(old, limit)
        if not before:
            return Moved(0, done=True)
        target = self._open_epoch()
        ends, begins = self._roots.unwrap(self._of(old)), self._roots.unwrap(target)
        after, stuck, movable = [], [], []
        for key in before:
            try:
                after.append(_rewrapped(key, ends, begins, target.number))
                movable.append(key)
            except CiphertextRefusedError:
                stuck.append(key.id)
        if not movable:
            return Moved(0, stuck[:_SOME], done=True)
        # what is about to move is written down first: the proof leaves nothing out
        listed = {"epoch": old, "to": target.number, "keys": [[k.id, k.version] for k in movable]}
        name = self._proofs.put(f"epochs/{old}/moved", listed)
        count = self._store.moved(movable, after)
        self._store.note_moved(old, count, name)
        return Moved(count, stuck[:_SOME])

    def dependents(self, old: int) -> Dependents:
        keys = self._store.under(old, 1000)
        held = [key.id for key in keys if key.holds]
        return Dependents(len(keys), [key.id for key in keys[:_SOME]], held[:_SOME])

    def retire(self, old: int) -> int | None:
        """Schedule the deletion of the epoch's KMS key; None when keys depend on it: refused."""
        if self.dependents(old).count or not self._store.retire(old):
            return None
        deletion_ms = self._keys.delete(self._of(old).kms_key)
        self._store.note_deletion(old, deletion_ms)
        return deletion_ms

    def prove(self, old: int) -> str:
        """The name of the document that says what moved, and when the old key is gone."""
        turning = self._turning(old)
        name = self._proofs.put(
            f"epochs/{old}/proof",
            {
                "epoch": old,
                "kms_key": turning.epoch.kms_key,
                "opened_ms": turning.epoch.opened_ms,
                "closed_ms": turning.closed_ms,
                "successor": turning.successor,
                "moved": turning.moved,
                "moved_lists": list(turning.lists),
                "dependents": 0,
                "deletion_ms": turning.deletion_ms,
                "bound_days": self._rules.bound_days,
            },
        )
        self._store.note_proof(old, name)
        return name

    def _is_over(self, epoch: Epoch) -> bool:
        return self._now_ms() - epoch.opened_ms >= self._rules.epoch_days * DAY_MS

    def _open_epoch(self) -> Epoch:
        current = self._store.current()
        if current is None:
            raise NoEpochError("no epoch is open")
        return current.epoch

    def _of(self, number: int) -> Epoch:
        return self._turning(number).epoch

    def _turning(self, number: int) -> Turning:
        found = self._store.turning(number)
        if found is None:
            raise NoEpochError("no epoch has this number")
        return found


def _rewrapped(key: StoredKey, ends: bytes, begins: bytes, target: int) -> StoredKey:
    secret = unwrapped(ends, key)
    return replace(key, epoch=target, wrapped=wrapped(begins, key.id, key.version, target, secret))
