"""Keys in memory: the same behaviour as the keys table, and a KMS that is as strict as AWS's."""

import os
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from threading import Lock
from typing import Any

from functions.core.content.errors import EpochUnusableError
from functions.core.content.keyring import KeyRing
from functions.core.content.keystore import Epoch, EpochState, StoredKey
from functions.core.content.records import Sealing


class MemoryKeys:
    def __init__(self) -> None:
        self.keys: dict[str, StoredKey] = {}
        self.epochs: dict[int, Epoch] = {}
        self.current: int | None = None
        self.loads = 0
        self.lock = Lock()

    def load(self, ids: Collection[str], *, consistent: bool = False) -> dict[str, StoredKey]:
        self.loads += 1
        return {key_id: self.keys[key_id] for key_id in ids if key_id in self.keys}

    def create(self, key: StoredKey, *, replaces: StoredKey | None) -> bool:
        with self.lock:
            stored = self.keys.get(key.id)
            epoch = self.epochs.get(key.epoch)
            before = (stored.version, stored.wrapped) if stored else (None, None)
            expected = (replaces.version if replaces else None, None)
            if stored and replaces and stored.holds != replaces.holds:
                return False
            if before != expected or epoch is None or epoch.state is not EpochState.OPEN:
                return False
            self.keys[key.id] = key
            return True

    def destroy(self, key: StoredKey, *, now_ms: int) -> bool:
        stored = self.keys.get(key.id)
        if stored is None or stored.wrapped is None or stored.holds:
            return False
        if (stored.version, stored.wrapped) != (key.version, key.wrapped):
            return False
        destroyed = {**stored.destroyed, stored.version: now_ms}
        self.keys[key.id] = replace(stored, wrapped=None, destroyed=destroyed)
        return True

    def hold(self, key_id: str, hold_id: str) -> bool:
        stored = self.keys.get(key_id)
        if stored is None:
            return False
        self.keys[key_id] = replace(stored, holds=stored.holds | {hold_id})
        return True

    def release(self, key_id: str, hold_id: str) -> None:
        stored = self.keys.get(key_id)
        if stored is not None:
            self.keys[key_id] = replace(stored, holds=stored.holds - {hold_id})

    def epoch(self, number: int) -> Epoch | None:
        return self.epochs.get(number)

    def current_epoch(self) -> Epoch | None:
        return None if self.current is None else self.epochs.get(self.current)

    def open_epoch(self, number: int = 1) -> None:
        self.epochs[number] = Epoch(number, f"kms-{number}", b"root %d" % number, 0)
        self.current = number


class MemoryRoots:
    """`Roots` that counts, and forgets a KMS key on demand."""

    def __init__(self) -> None:
        self.calls: Counter[int] = Counter()
        self.deleted: set[int] = set()
        self._roots: dict[int, bytes] = {}

    def unwrap(self, epoch: Epoch) -> bytes:
        self.calls[epoch.number] += 1
        if epoch.number in self.deleted:
            raise EpochUnusableError("KMS no longer opens this epoch")
        return self._roots.setdefault(epoch.number, os.urandom(32))


def sealing() -> Sealing:
    return Sealing(key_ring())


def key_ring(
    keys: MemoryKeys | None = None, roots: MemoryRoots | None = None, **more: Any
) -> KeyRing:
    if keys is None:
        keys = MemoryKeys()
        keys.open_epoch()
    return KeyRing(store=keys, roots=roots or MemoryRoots(), **more)
