"""What a conversation remembers: messages as sets of facts, threads as maxima.

A message record only gains facts (the message itself, an edit of it, each status), identified by
their content, so that redelivery, reordering and regrouping end in the same record. Everything
shown or decided is computed from the set: see `views.py`.

A thread is the messages between one phone number id and one alias of the person. It never moves
when contacts merge; a conversation is the union of its person's threads.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.records import digest_of

# Spread of the `recent` and `due` indexes: one index partition takes 1,000 writes a second.
SHARDS = 8

_LAST_MS = 10**13 - 1  # 13 digits of milliseconds: until the year 2286


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class FactKind(StrEnum):
    MESSAGE = "message"
    ECHO = "echo"
    HISTORY = "history"
    STATUS = "status"
    CALL = "call"
    PREFERENCE = "preference"
    # group statuses of single participants are stored beside the message: there may be thousands
    PARTICIPANTS = "participants"


# `sealed`: in place of `raw` when the content key was destroyed.
_CONTENT = ("raw", "ref", "sealed", "tag", "bytes", "masked", "withheld")

# Facts that are what somebody said; the others tell what became of it.
SPOKEN = (FactKind.MESSAGE, FactKind.ECHO, FactKind.HISTORY)

# Facts that are about a message, rather than the message: they do not decide where it stands.
_ABOUT = (FactKind.STATUS, FactKind.PARTICIPANTS)


@dataclass(frozen=True)
class Fact:
    """One stored update.

    `key`: the content key it is sealed under. `type`: Meta's word for what it is. `content`: the
    canonical JSON of the raw update (`raw`), or where it is kept (`ref`); `tag` (a keyed hash) and
    `bytes` of it, which stay when it is gone; `masked`: card numbers taken out of it; `withheld`:
    why it is not kept.
    `webhook`: SHA-256 of the delivery that first told it.
    """

    id: str
    kind: FactKind
    at_ms: int
    thread: str
    direction: Direction
    key: str
    type: str
    content: Mapping[str, Any]
    webhook: bytes = b""

    @property
    def rank(self) -> tuple[bool, int, str, str]:
        return (self.kind in _ABOUT, self.at_ms, self.thread, self.id)


def thread_id(phone_number_id: str, node: str) -> str:
    return f"{phone_number_id}#{node}"


def split_thread(thread: str) -> tuple[str, str]:
    phone_number_id, _, node = thread.rpartition("#")
    return phone_number_id, node


def moment(at_ms: int, name: str) -> str:
    """Sortable position: milliseconds, then a name that makes it unique."""
    return f"{min(max(at_ms, 0), _LAST_MS):013d}#{name}"


def moment_ms(position: str) -> int:
    return int(position[:13])


def shard_of(thread: str) -> int:
    return zlib.crc32(thread.encode()) % SHARDS


def merge_facts(stored: Mapping[str, Any], facts: Iterable[Fact]) -> dict[str, Fact]:
    """The union.

    Two facts with one id differ only in what Meta wrote around the element: the earlier stays,
    of equally early ones the fuller. What card numbers were taken out of stays without them, and
    what was decided not to be kept does not come back.
    """
    merged = {fact_id: fact_from(fact_id, value) for fact_id, value in stored.items()}
    for fact in facts:
        known = merged.get(fact.id)
        merged[fact.id] = fact if known is None else min(known, fact, key=_precedence)
    return merged


def _precedence(fact: Fact) -> tuple[Any, ...]:
    told = fact.content
    return (
        *("withheld" not in told, -told.get("masked", 0)),
        *(fact.rank, -told.get("bytes", 0), told.get("tag", "")),
    )


def fold_message(item: Mapping[str, Any] | None, message_id: str, facts: list[Fact]) -> Any:
    """Attributes of a message record after these facts.

    An intent of ours keeps the place it was given when it was accepted; any other message stands
    where its earliest fact puts it.
    """
    merged = merge_facts((item or {}).get("facts", {}), facts)
    stored = {fact_id: fact_item(fact) for fact_id, fact in merged.items()}
    first = min(merged.values(), key=lambda fact: fact.rank)
    attributes = {"facts": stored, "digest": facts_digest(stored)}
    if item is not None and "send_state" in item:
        return attributes
    return {**attributes, "thread": first.thread, "at": moment(first.at_ms, message_id)}


def has_content(facts: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether anything that somebody said is still there."""
    return any(f["kind"] in SPOKEN and "withheld" not in f for f in facts.values())


def facts_digest(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """Stands in clear: of the content it covers the keyed tag only.

    Not of the delivery either, nor of the key: redelivery may tell a fact in another grouping, or
    when more is known of who owns an alias, and what is stored stays.
    """
    hidden = ("raw", "sealed", "webhook", "key", "destroyed_ms")
    return digest_of(
        {i: {k: v for k, v in fact.items() if k not in hidden} for i, fact in facts.items()}
    )


def fact_item(fact: Fact) -> dict[str, Any]:
    return {
        "kind": fact.kind.value,
        "at_ms": fact.at_ms,
        "thread": fact.thread,
        "direction": fact.direction.value,
        "key": fact.key,
        "type": fact.type,
        "webhook": fact.webhook,
        **fact.content,
    }


def fact_from(fact_id: str, value: Mapping[str, Any]) -> Fact:
    content = {k: v for k, v in value.items() if k in _CONTENT}
    return Fact(
        id=fact_id,
        kind=FactKind(value["kind"]),
        at_ms=value["at_ms"],
        thread=value["thread"],
        direction=Direction(value["direction"]),
        key=value["key"],
        type=value["type"],
        webhook=value["webhook"],
        content=content,
    )


@dataclass(frozen=True)
class ThreadMark:
    """What one update says about its thread."""

    at_ms: int
    opens_window: bool = False
    entry_point: bool = False


def fold_thread(
    item: Mapping[str, Any] | None,
    thread: str,
    marks: list[ThreadMark],
    *,
    entry_point_hours: int,
) -> dict[str, Any]:
    """Attributes of a thread record after these marks: extremes, so order does not matter.

    `first_ms`: of the oldest message on it, from which its time is counted.
    `window_from_ms`: the person's last message or call. `entry_points_ms`: arrivals through an
    ad or Page button; one that lies a whole free-entry-point window before a later one is over.
    """
    before = item or {}
    times = [m.at_ms for m in marks]
    last_ms = max(times + _known(before.get("last_ms")))
    first_ms = min(times + _known(before.get("first_ms", before.get("last_ms"))))
    windows = [m.at_ms for m in marks if m.opens_window] + _known(before.get("window_from_ms"))
    entries = {m.at_ms for m in marks if m.entry_point} | set(before.get("entry_points_ms", []))
    horizon = max(entries, default=0) - entry_point_hours * 3_600_000
    return thread_attributes(
        thread,
        first_ms=first_ms,
        last_ms=last_ms,
        window_from_ms=max(windows, default=None),
        entry_points_ms=sorted(at for at in entries if at > horizon),
    )


def thread_attributes(
    thread: str,
    *,
    first_ms: int,
    last_ms: int,
    window_from_ms: int | None,
    entry_points_ms: list[int],
) -> dict[str, Any]:
    state = {
        "first_ms": first_ms,
        "last_ms": last_ms,
        "window_from_ms": window_from_ms,
        "entry_points_ms": entry_points_ms,
    }
    return {
        **state,
        "digest": digest_of(state),
        "recent_shard": f"RECENT#{shard_of(thread)}",
        "last_at": moment(last_ms, thread),
        **due_attributes(DataKind.COMMUNICATIONS, thread, first_ms, by=split_thread(thread)[1]),
    }


def _known(value: int | None) -> list[int]:
    return [] if value is None else [value]
