"""Consent as the sending side sees it, for tests that are about something else."""

from dataclasses import dataclass
from typing import Any

from functions.core.consent.rules import rules
from functions.core.sending.model import Reason
from functions.core.sending.purposes import Catalogue, Purposes
from tests.fakes.records import MemoryRecords


@dataclass(frozen=True)
class Said:
    reasons: tuple[Reason, ...] = ()
    condition: Any = None


class Agreed:
    """Everybody has agreed to everything, unless `reasons` say otherwise. Keeps what was asked."""

    def __init__(self, *reasons: Reason) -> None:
        self.reasons = reasons
        self.asked: list[tuple[Any, ...]] = []

    def check(self, message_id: str, purpose: Any, **about: Any) -> Said:
        self.asked.append((message_id, purpose, about["node"], about["fresh"]))
        return Said(self.reasons)


class Heeded:
    """Keeps what Graph's refusals said."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def heed(self, error_class: Any, *, node: str, message_id: str, attempt: int) -> None:
        self.told.append((error_class, node, message_id, attempt))


def purposes(records: MemoryRecords | None = None, changes: str = "{}") -> Purposes:
    """A catalogue of its own, read anew for every question."""
    ticks = iter(range(0, 10**12, 3600))
    catalogue = Catalogue(records or MemoryRecords(), clock=lambda: float(next(ticks)))
    return Purposes(catalogue, rules(changes))
