"""What is kept of keys: never one in clear.

A content key is wrapped under the root of its epoch, the root under a KMS key made for that epoch
alone. When that KMS key is deleted, every copy of what was wrapped in its epoch, in whatever
backup, is noise.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class EpochState(StrEnum):
    OPEN = "open"  # new keys are wrapped under it
    CLOSED = "closed"  # its keys are being wrapped anew
    RETIRED = "retired"  # nothing depends on it; its KMS key is scheduled for deletion


@dataclass(frozen=True)
class Epoch:
    """`kms_key`: ARN. `wrapped_root`: what KMS GenerateDataKey returned."""

    number: int
    kms_key: str
    wrapped_root: bytes = field(repr=False)
    opened_ms: int
    state: EpochState = EpochState.OPEN


@dataclass(frozen=True)
class StoredKey:
    """The current version of a content key. `wrapped` None: it was destroyed.

    `destroyed`: versions that are gone, and when (ms). `holds`: legal holds that keep it.
    """

    id: str
    version: int
    epoch: int
    wrapped: bytes | None = field(repr=False)
    created_ms: int
    destroyed: Mapping[int, int] = field(default_factory=dict)
    holds: frozenset[str] = frozenset()


class KeyStore(Protocol):
    def load(self, ids: Collection[str], *, consistent: bool = False) -> dict[str, StoredKey]:
        """The keys that exist or existed."""

    def create(self, key: StoredKey, *, replaces: StoredKey | None) -> bool:
        """Store a new version, if `replaces` is still the stored one and the epoch is open.

        Its holds are those of the version that it replaces.
        """

    def destroy(self, key: StoredKey, *, now_ms: int) -> bool:
        """Forget the wrapped key and remember when; False when it changed meanwhile or is held."""

    def hold(self, key_id: str, hold_id: str) -> bool:
        """From now on it is not destroyed, nor a version after it; False when there is no key."""

    def release(self, key_id: str, hold_id: str) -> None:
        """This hold does not keep it any more; others may. May be repeated."""

    def epoch(self, number: int) -> Epoch | None: ...

    def current_epoch(self) -> Epoch | None:
        """The one under which new keys are wrapped, read consistently."""


class Roots(Protocol):
    """KMS, as far as epochs need it."""

    def unwrap(self, epoch: Epoch) -> bytes:
        """The root; EpochUnusableError when KMS no longer opens it."""
