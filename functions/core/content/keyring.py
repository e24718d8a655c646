"""Content keys at hand: fetched in batches, kept in memory for a bounded time and number.

An execution environment asks KMS once for the root of an epoch and unwraps people's keys itself.
After a key was destroyed, environments that have it go on using it for `MAX_AGE_SECONDS`, also to
seal: who destroys the key of somebody who may still write first lets a new version take its place.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, RLock

from functions.core.content.binding import Binding
from functions.core.content.envelope import KEY_BYTES, ContentKey, version_of
from functions.core.content.errors import CiphertextRefusedError, KeyDestroyedError, NoEpochError
from functions.core.content.frames import FrameOpener, FrameSealer, version_of_stream
from functions.core.content.keystore import Epoch, EpochState, KeyStore, Roots, StoredKey
from functions.core.content.wrapping import unwrapped, wrapped
from functions.core.runtime import log
from functions.core.runtime.records import ContentionError

MAX_AGE_SECONDS = 300.0
_MOST_KEYS = 4096  # about 1 KB each
_ROUNDS = 6


@dataclass(frozen=True)
class _Held:
    """`key` None: destroyed, no content can be sealed under this version."""

    read_at: float
    stored: StoredKey
    key: ContentKey | None


class KeyRing:
    def __init__(
        self,
        *,
        store: KeyStore,
        roots: Roots,
        clock: Callable[[], float] = time.time,
        random: Callable[[int], bytes] = os.urandom,
        refused: Callable[[], None] = lambda: log.metric("CiphertextRefused"),
    ) -> None:
        self._store = store
        self._roots = roots
        self._clock = clock
        self._random = random
        self._refused = refused
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._epochs: dict[int, tuple[float, bytes]] = {}
        self._current: tuple[float, Epoch] | None = None
        # never held while a request is under way: records are written side by side
        self._lock = Lock()
        # held while KMS answers: threads that need the same root wait for one answer
        self._epoch_lock = RLock()
        # held while a key is made: records of one person wait for it, those of others go on
        self._making: dict[str, Lock] = {}

    def prepare(self, key_ids: Collection[str], *, create: bool) -> None:
        """Have these keys at hand, in one request. `create`: make those that are missing."""
        missing = sorted({key_id for key_id in key_ids if self._fresh(key_id) is None})
        if missing:
            for stored in self._store.load(missing).values():
                self._hold(stored)
        if create:
            for key_id in sorted(set(key_ids)):
                self._sealing(key_id)

    def seal(self, key_id: str, binding: Binding, plaintext: bytes) -> bytes:
        return self._sealing(key_id).seal(binding, plaintext)

    def open(self, key_id: str, binding: Binding, envelope: bytes) -> bytes:
        with self._watched():
            version = version_of(envelope)
        key = self._opening(key_id, version)
        with self._watched():
            return key.open(binding, envelope)

    def stream_sealer(self, key_id: str, binding: Binding) -> FrameSealer:
        return FrameSealer(self._sealing(key_id), binding)

    def stream_opener(self, key_id: str, binding: Binding, header: bytes) -> FrameOpener:
        with self._watched():
            version = version_of_stream(header)
        key = self._opening(key_id, version)
        with self._watched():
            return FrameOpener(key, binding, header, watched=self._watched)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Whatever becomes of the refusal further up, the alarm is told here."""
        try:
            yield
        except CiphertextRefusedError:
            self._refused()
            raise

    def _sealing(self, key_id: str) -> ContentKey:
        return self._at_hand(key_id) or self._awaited(key_id)

    def _awaited(self, key_id: str) -> ContentKey:
        with self._making.setdefault(key_id, Lock()):
            try:
                return self._at_hand(key_id) or self._found_or_made(key_id)
            finally:
                self._making.pop(key_id, None)

    def _at_hand(self, key_id: str) -> ContentKey | None:
        held = self._fresh(key_id)
        return held.key if held else None

    def _opening(self, key_id: str, version: int) -> ContentKey:
        held = self._fresh(key_id)
        if held is None or held.stored.version < version:
            # just made by another environment: a consistent read knows it
            for stored in self._store.load([key_id], consistent=True).values():
                held = self._hold(stored)
        if held is None:
            raise KeyDestroyedError(None)
        if held.key is None or held.stored.version != version:
            raise KeyDestroyedError(held.stored.destroyed.get(version))
        return held.key

    def _found_or_made(self, key_id: str) -> ContentKey:
        """Exactly one environment's key becomes the person's; the others find it."""
        for _ in range(_ROUNDS):
            replaces = self._store.load([key_id], consistent=True).get(key_id)
            found = self._hold(replaces).key if replaces else None
            if found is not None:
                return found
            epoch = self._open_epoch()
            version = replaces.version + 1 if replaces else 1
            secret = self._random(KEY_BYTES)
            stored = StoredKey(
                id=key_id,
                version=version,
                epoch=epoch.number,
                wrapped=wrapped(self._root(epoch), key_id, version, epoch.number, secret),
                created_ms=int(self._clock() * 1000),
                destroyed=replaces.destroyed if replaces else {},
                holds=replaces.holds if replaces else frozenset(),
            )
            if self._store.create(stored, replaces=replaces):
                made = ContentKey(key_id, version, secret)
                self._keep(stored, made)
                return made
            with self._epoch_lock:
                self._current = None  # the epoch may have been closed meanwhile
        raise ContentionError("a content key kept changing")

    def _fresh(self, key_id: str) -> _Held | None:
        with self._lock:
            held = self._held.get(key_id)
            if held is None or not self._is_fresh(held.read_at):
                return None
            self._held.move_to_end(key_id)
            return held

    def _hold(self, stored: StoredKey) -> _Held:
        if stored.wrapped is None:
            return self._keep(stored, None)
        root = self._root_of(stored.epoch)
        with self._watched():
            secret = unwrapped(root, stored)
        return self._keep(stored, ContentKey(stored.id, stored.version, secret))

    def _keep(self, stored: StoredKey, key: ContentKey | None) -> _Held:
        held = _Held(self._clock(), stored, key)
        with self._lock:
            self._held[stored.id] = held
            self._held.move_to_end(stored.id)
            while len(self._held) > _MOST_KEYS:
                self._held.popitem(last=False)
        return held

    def _open_epoch(self) -> Epoch:
        with self._epoch_lock:
            if self._current is None or not self._is_fresh(self._current[0]):
                epoch = self._store.current_epoch()
                if epoch is None or epoch.state is not EpochState.OPEN:
                    raise NoEpochError("no epoch is open: its workflow has not run yet")
                self._current = (self._clock(), epoch)
            return self._current[1]

    def _root_of(self, number: int) -> bytes:
        with self._epoch_lock:
            read_at, root = self._epochs.get(number, (float("-inf"), b""))
            if self._is_fresh(read_at):
                return root
            epoch = self._store.epoch(number)
            if epoch is None:
                raise NoEpochError("the epoch of a key is not stored")
            return self._root(epoch)

    def _root(self, epoch: Epoch) -> bytes:
        with self._epoch_lock:
            read_at, root = self._epochs.get(epoch.number, (float("-inf"), b""))
            if not self._is_fresh(read_at):
                root = self._roots.unwrap(epoch)
                self._epochs[epoch.number] = (self._clock(), root)
            return root

    def _is_fresh(self, read_at: float) -> bool:
        return 0 <= self._clock() - read_at < MAX_AGE_SECONDS
