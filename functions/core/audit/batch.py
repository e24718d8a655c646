"""What a batch appends: entries from the outbox, and those of the sequencer's own. Pure."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.core.audit.head import WRITER, Head, Position
from functions.core.audit.model import MOST_BYTES, Actor, Event, Link, chained
from functions.core.audit.vocabulary import Action, Outcome
from functions.core.runtime.streams import Change, attribute

_SEQUENCER = Actor(kind="system", id="audit_sequencer")

# The stream forgets changes after a day; until then any shard may still deliver. A little longer.
_REMEMBERED_MS = 26 * 3_600_000

# A shard's place is told in some 90 bytes, an entry has 65,535. The head knows all of them.
_MOST_TOLD = 500

# only here are entries of this writer made; the outbox has others'
_FORGED = f'"writer":"{WRITER}"'


@dataclass(frozen=True)
class Batch:
    """`entries`: from the outbox, not counting the sequencer's own."""

    head: Head
    entries: int


def batch_of(
    head: Head,
    *,
    now_ms: int,
    shard: str = "",
    changes: Sequence[Change] = (),
    writers: Mapping[str, int] | None = None,
) -> Batch | None:
    """The next head; None when these changes are in the log already.

    `writers`: how many of each function there are, in a heartbeat, which needs no changes.
    """
    known = head.positions.get(shard, Position(-1, 0)).sequence
    new = sorted((c for c in changes if c.sequence > known), key=lambda change: change.sequence)
    if not new and writers is None:
        return None
    at_ms = max(now_ms, head.at_ms)
    leaves, link = _leaves(new, head.link, at_ms)
    positions = {
        name: place
        for name, place in head.positions.items()
        if at_ms - place.at_ms < _REMEMBERED_MS
    }
    if new:
        positions[shard] = Position(new[-1].sequence, at_ms)
    moved = {shard: positions[shard]} if new else positions
    sealed, link = chained([_sealed(len(leaves), moved, writers)], link, at_ms=at_ms)
    after = Head(head.edge, (*leaves, *sealed), link, at_ms, positions)
    return Batch(after, sum(_is_parcel(change) for change in new))


def _leaves(changes: Iterable[Change], link: Link, at_ms: int) -> tuple[list[str], Link]:
    leaves: list[str] = []
    for change in changes:
        if change.removed:
            continue  # its time was over
        entries = _entries(change)
        if entries is None:
            own, link = chained([_own(change)], link, at_ms=at_ms)
            leaves += own
        else:
            leaves += entries
    return leaves, link


def _entries(change: Change) -> list[str] | None:
    """Of a parcel, as its writer made them; None for what is none."""
    entries = attribute(change.new, "entries")
    if not isinstance(entries, list) or not entries or not all(map(_fits, entries)):
        return None
    return entries


def _is_parcel(change: Change) -> bool:
    return not change.removed and _entries(change) is not None


def _fits(entry: Any) -> bool:
    is_text = isinstance(entry, str) and entry.isascii() and 0 < len(entry) <= MOST_BYTES
    return is_text and _FORGED not in entry


def _own(change: Change) -> Event:
    """A writer was opened; or something lies in the outbox that no writer of ours put there."""
    function, number = attribute(change.new, "function"), attribute(change.new, "number")
    if change.pk == f"WRITERS#{function}" and isinstance(number, int):
        facts = {"function": function, "number": number}
        return Event(action=Action.LOG_WRITER_OPENED, by=_SEQUENCER, facts=facts)
    digest = hashlib.sha256(json.dumps(change.new, sort_keys=True, default=str).encode())
    facts = {"sha256": digest.hexdigest(), "change": str(change.sequence)}
    return Event(
        action=Action.LOG_ITEM_REFUSED, by=_SEQUENCER, outcome=Outcome.REFUSED, facts=facts
    )


def _sealed(
    entries: int, positions: Mapping[str, Position], writers: Mapping[str, int] | None
) -> Event:
    facts: dict[str, Any] = {
        "entries": entries,
        "positions": dict(_told(positions)),
        **({"writers": dict(writers)} if writers is not None else {}),
    }
    return Event(action=Action.LOG_BATCH_SEALED, by=_SEQUENCER, facts=facts)


def _told(positions: Mapping[str, Position]) -> Iterator[tuple[str, str]]:
    """The latest, should there be too many."""
    latest = sorted(positions, key=lambda shard: positions[shard].at_ms)[-_MOST_TOLD:]
    for shard in latest:
        yield shard, str(positions[shard].sequence)
