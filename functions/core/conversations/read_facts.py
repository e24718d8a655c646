"""The facts of one message, as what Meta said: parsed, in one order whatever order they came in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.core.conversations.model import Direction, FactKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999  # the last millisecond of the year 9999, datetime's last year

STATUSES = "statuses"  # Meta's array of that name; statuses of calls stand in it too


@dataclass(frozen=True)
class Said:
    """One fact. `update`: the element of the webhook; empty when it is not at hand.

    `destroyed_ms`: since when it cannot be read any more, if that is known. `masked`: card numbers
    taken out of it. `is_withheld`: it is not kept, as the business chose.
    """

    id: str
    kind: FactKind
    at_ms: int
    direction: Direction
    update: Mapping[str, Any]
    element: str
    is_destroyed: bool = False
    destroyed_ms: int | None = None
    masked: int = 0
    is_withheld: bool = False

    @property
    def is_status(self) -> bool:
        return self.kind is FactKind.STATUS or self.element == STATUSES


def said(facts: Mapping[str, Mapping[str, Any]]) -> list[Said]:
    """Earliest first; of equally early ones the order of their ids."""
    found = [_said(fact_id, fact) for fact_id, fact in facts.items()]
    return sorted(found, key=lambda fact: (fact.at_ms, fact.id))


def _said(fact_id: str, fact: Mapping[str, Any]) -> Said:
    told = json.loads(fact["raw"]) if "raw" in fact else {}
    return Said(
        id=fact_id,
        kind=FactKind(fact["kind"]),
        at_ms=fact["at_ms"],
        direction=Direction(fact["direction"]),
        update=mapping(told.get("update")) or _left_of(fact),
        element=text(told.get("element")) or "",
        is_destroyed="destroyed_ms" in fact,
        destroyed_ms=fact.get("destroyed_ms"),
        masked=fact.get("masked", 0),
        is_withheld="withheld" in fact,
    )


def _left_of(fact: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in clear outlives the content: how far a message got, or what it was."""
    if not {"destroyed_ms", "withheld"} & fact.keys() or fact["type"] == "unknown":
        return {}
    return {"status" if fact["kind"] == FactKind.STATUS else "type": fact["type"]}


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; nothing when it is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def first_text(source: Mapping[str, Any], names: Iterable[str]) -> str | None:
    return next((found for name in names if (found := text(source.get(name)))), None)


def moment_of(at_ms: int) -> str | None:
    """ISO 8601 in UTC with milliseconds; 0 stands for "Meta said no time"."""
    if at_ms <= 0:
        return None
    when = _EPOCH + timedelta(milliseconds=min(at_ms, _LAST_MS))
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
