"""What came of disposing of something: what went, and what a hold kept. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Disposed:
    """`counts`: by store, such as conversations.message. `held`: hold id → items left."""

    counts: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Disposed") -> "Disposed":
        return Disposed(self.counts + other.counts, self.held + other.held)


def summed(parts: Iterable[Disposed]) -> Disposed:
    total = Disposed()
    for part in parts:
        total.counts.update(part.counts)
        total.held.update(part.held)
    return total
