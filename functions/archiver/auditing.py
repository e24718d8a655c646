"""The entry of a batch: how far the archive reaches, and what was added."""

from collections.abc import Sequence

from functions.archiver import wiring
from functions.core.archive.service import Archived
from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.runtime.streams import Change


def enter(shard: str, changes: Sequence[Change], done: Archived) -> None:
    """Once for a batch, however often it is delivered."""
    last = max(change.sequence for change in changes)
    event = Event(
        action=Action.SEGMENT_ARCHIVED,
        by=Actor(kind="system", id="archiver"),
        what=f"shard/{shard}",
        facts={
            "last_change": str(last),
            "records": done.kinds.total(),
            "segments": done.segments,
        },
    )
    wiring.audit().write(event, key=f"archived {shard} {last}")
