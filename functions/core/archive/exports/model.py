"""An export: what is asked for, whose records belong to it, how far it got. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Any

from functions.core.archive.model import Kind, Record
from functions.core.contacts.model import Span
from functions.core.content.binding import Binding
from functions.core.conversations.model import split_thread

Item = dict[str, Any]


class State(StrEnum):
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


# What such a record says is about a message, at whatever time: the message decides.
_ABOUT = (Kind.STATUS, Kind.OUTCOME, Kind.MEDIA)


@dataclass(frozen=True)
class Scope:
    """Whose records, and of when.

    `spans`: the person's aliases while they were theirs; None: everybody's. `phone_number_id`: of
    one conversation. `from_ms` is in the range, `to_ms` is not.
    """

    contact_id: str | None = None
    phone_number_id: str | None = None
    spans: tuple[Span, ...] | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    @property
    def nodes(self) -> frozenset[str]:
        return frozenset(span.node for span in self.spans or ())

    def may_concern(self, record: Record) -> bool:
        """Whether to read a record; of statuses only its message can tell."""
        if self.spans is None:
            return True
        node = _subject(record)
        if node is None:  # told with its key only
            return str(record.get("record", "")).startswith("MESSAGE#")
        if self.phone_number_id not in (None, record.get("phone_number_id", self.phone_number_id)):
            return False
        return node in self.nodes and (record["kind"] in _ABOUT or self._owns(node, record))

    def holds(self, thread: str, at_ms: int) -> bool:
        """Whether something on that thread at that time belongs to the export."""
        number, node = split_thread(thread)
        if self.phone_number_id not in (None, number) or not self.in_range(at_ms):
            return False
        return self.spans is None or any(s.node == node and s.holds(at_ms) for s in self.spans)

    def in_range(self, at_ms: int) -> bool:
        begins = self.from_ms is None or at_ms >= self.from_ms
        return begins and (self.to_ms is None or at_ms < self.to_ms)

    def _owns(self, node: str, record: Record) -> bool:
        at_ms = record.get("at_ms", 0)
        return any(span.node == node and span.holds(at_ms) for span in self.spans or ())

    def as_item(self) -> Item:
        return {
            "contact_id": self.contact_id,
            "phone_number_id": self.phone_number_id,
            "spans": None if self.spans is None else [_span_item(span) for span in self.spans],
            "from_ms": self.from_ms,
            "to_ms": self.to_ms,
        }


def scope_from(item: Mapping[str, Any]) -> Scope:
    spans = item["spans"]
    return Scope(
        contact_id=item["contact_id"],
        phone_number_id=item["phone_number_id"],
        spans=None if spans is None else tuple(_span_from(span) for span in spans),
        from_ms=item["from_ms"],
        to_ms=item["to_ms"],
    )


def _subject(record: Record) -> str | None:
    """The alias a record is about; of an account update the one whose key seals it."""
    if "subject" in record:
        return str(record["subject"])
    if record["kind"] == Kind.ACCOUNT:
        return str(record["content"]["key"]).partition("~")[0]
    return None


def _span_item(span: Span) -> Item:
    after = None if span.after_ms == -inf else int(span.after_ms)
    return {"node": span.node, "after": after, "until": _finite(span.until_ms)}


def _finite(at_ms: float) -> int | None:
    return None if at_ms == inf else int(at_ms)


def _span_from(item: Mapping[str, Any]) -> Span:
    after, until = item["after"], item["until"]
    return Span(item["node"], -inf if after is None else after, inf if until is None else until)


@dataclass(frozen=True)
class File:
    """`object`: its name in the exports bucket. `next`: the first byte nobody has had yet."""

    name: str
    object: str
    size: int
    sha256: str
    next: int = 0

    @property
    def is_fetched(self) -> bool:
        return self.next >= self.size


MEDIA_TYPES = {
    "export.json": "application/json",
    "transcript.html": "text/html; charset=utf-8",
}


@dataclass(frozen=True)
class Export:
    """`run`: names what one try of the worker wrote; `parts`: how many it is cut into."""

    id: str
    state: State
    client: str
    created_ms: int
    body_digest: str
    scope: Scope
    sealed_reason: bytes = field(repr=False)
    run: str | None = None
    parts: int = 0
    error: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    completeness: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[File, ...] = ()

    @property
    def key(self) -> str:
        """The content key under which everything of it is sealed."""
        return export_key(self.id)


def export_key(export_id: str) -> str:
    return f"export~{export_id}"


def reason_binding(export_id: str) -> Binding:
    return Binding("compliance", f"EXPORT#{export_id}|EXPORT", "reason")


def object_binding(name: str) -> Binding:
    """Of an object in the exports bucket."""
    return Binding("exports", name, "file")
