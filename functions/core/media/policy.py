"""Numbers and lists of `policies/media.toml`, as the code asks for them."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from functions.core.media.model import Kind
from functions.core.runtime import policies


def number(*path: str) -> int:
    return int(policies.value("media", *path))


@dataclass(frozen=True)
class Limits:
    """What may be sent or received as one kind. `animated`: the limit of animated stickers."""

    types: tuple[str, ...]
    received: tuple[str, ...]
    most: int
    animated: int

    def may_be_received(self, mime: str) -> bool:
        return mime in self.types or any(fnmatchcase(mime, each) for each in self.received)


@cache
def limits(kind: Kind) -> Limits:
    tables = policies.load("media")
    entry = tables["limits"][kind]
    animated = tables["limits"]["animated_sticker"] if kind is Kind.STICKER else entry
    received = tables["received"].get(kind.value, {"value": []})
    return Limits(
        types=tuple(entry["types"]),
        received=tuple(received["value"]),
        most=entry["value"],
        animated=animated["value"],
    )


def sendable_kind(mime: str) -> Kind | None:
    """As which kind a file of that type is uploaded; None: WhatsApp does not take it."""
    return next((kind for kind in Kind if mime in limits(kind).types), None)


def meta_hosts() -> str:
    """For the settings of a deployment to AWS."""
    return ",".join(policies.value("media", "hosts", "meta"))


def pause_s(failures: int) -> int:
    """How long to wait after so many failures in a row, at least one."""
    pauses: list[Any] = policies.value("media", "fetch", "retries")
    return int(pauses[min(failures, len(pauses)) - 1])
