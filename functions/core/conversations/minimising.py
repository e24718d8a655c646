"""Which content is kept, by what a message is for: all of it, for some days, or none. Pure.

What a person writes, and what staff write in the Business app, counts as service. Ids, times,
types, lengths, keyed tags and statuses are kept whatever is chosen here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from functions.core.consent.vocabulary import Purpose
from functions.core.retention.due import due_position, shard_of

_DAY_MS = 86_400_000


class Keep(StrEnum):
    """Why the content of something is not there, as it stands in what is stored."""

    METADATA = "metadata"  # it never was
    SHORTENED = "shortened"  # its days were over


@dataclass(frozen=True, kw_only=True)
class Minimising:
    """`none`: purposes of which no content is kept. `days`: of which it is kept so long."""

    none: frozenset[Purpose] = frozenset()
    days: Mapping[Purpose, int] = field(default_factory=dict)

    def keeps(self, purpose: Purpose) -> bool:
        """Whether content is stored at all."""
        return purpose not in self.none

    def archives(self, purpose: Purpose) -> bool:
        """What must go before the archive's lock ends does not go in there."""
        return self.keeps(purpose) and purpose not in self.days

    def ends_before(self, purpose: Purpose, now_ms: int) -> int | None:
        """Content of before this moment (ms) is to go; None: it stays with its message."""
        days = self.days.get(purpose)
        return None if days is None else now_ms - days * _DAY_MS

    def due_attributes(
        self, purpose: Purpose, message_id: str, at_ms: int, *, by: str
    ) -> dict[str, str]:
        """Of a message whose content will go, so that it is found then. `by`: its alias."""
        if purpose not in self.days:
            return {}
        return {
            "retain_shard": content_shard(purpose, shard_of(by)),
            "retain_at": f"{due_position(at_ms)}#{message_id}",
        }


EVERYTHING = Minimising()


def content_shard(purpose: Purpose, shard: int) -> str:
    """Beside those of kinds of data, in the index `retention`: the message itself stays."""
    return f"content.{purpose.value}#{shard}"


def minimising(text: str) -> Minimising:
    """From the setting: JSON, by purpose what the stage file says under [content]."""
    told = json.loads(text).items()
    return Minimising(
        none=frozenset(Purpose(name) for name, each in told if each.get("store") == "metadata"),
        days={Purpose(name): each["days"] for name, each in told if "days" in each},
    )


def purpose_of(item: Mapping[str, Any]) -> Purpose:
    """Of an intent; what has none is an answer of some kind."""
    return Purpose(item.get("purpose", Purpose.SERVICE))
