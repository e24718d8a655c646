"""What a delivery says of people who were erased after it happened: nothing of it is kept.

Webhooks lie in queues for days, and Meta sends some again. An alias that is known, and was so
before the update happened, is nobody's who was erased since: nothing is asked then, which is
nearly always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from functions.core.contacts.model import Alias
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Pointer
from functions.core.contacts.tombstones import Tombstones
from functions.core.whatsapp.model import Update


@dataclass(frozen=True)
class Sorted:
    """`living`: updates to keep, in order. `dropped`: how many are of people who were erased."""

    living: Sequence[Update]
    dropped: int


class Forgotten:
    def __init__(self, *, tombstones: Tombstones, pseudonyms: Pseudonyms) -> None:
        self._tombstones = tombstones
        self._pseudonyms = pseudonyms

    def sort(self, updates: Sequence[Update], known: Mapping[Alias, Pointer]) -> Sorted:
        """`known`: where the aliases that are known point."""
        asked = {a for update in updates for a in named(update) if _is_younger(a, update, known)}
        names = {alias: self._pseudonyms.alias(alias) for alias in asked}
        erased = self._tombstones.erased(names.values()) if names else {}
        until = {alias: erased[name] for alias, name in names.items() if name in erased}
        living = [each for each in updates if not _is_erased(each, until, known)]
        return Sorted(living, len(updates) - len(living))


def named(update: Update) -> list[Alias]:
    """Everybody an update is about."""
    change = update.identity_change
    changed = (*change.previous, *change.current) if change else ()
    return [*update.aliases, *update.author, *changed]


def _is_younger(alias: Alias, update: Update, known: Mapping[Alias, Pointer]) -> bool:
    """An alias that was erased and came back is known again, but not since then."""
    return alias not in known or update.at_ms < known[alias].created_ms


def _is_erased(update: Update, until: Mapping[Alias, int], known: Mapping[Alias, Pointer]) -> bool:
    """One who is not there any more is enough: the update would tell of them."""
    return any(
        update.at_ms <= until.get(alias, -1) or _was_anothers(known.get(alias), update.at_ms)
        for alias in named(update)
    )


def _was_anothers(pointer: Pointer | None, at_ms: int) -> bool:
    return pointer is not None and any(span.holds(at_ms) for span in pointer.erased)
