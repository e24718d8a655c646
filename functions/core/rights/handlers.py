"""Who gives out, and who takes away, what lies in each store when a person asks.

By the names of `policies/stores.toml`. A store without a handler fails the build, so that nothing
is kept that no answer holds and no erasure reaches.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_COLLECT = "functions.core.rights.access.collectors"


@dataclass(frozen=True, kw_only=True)
class Handler:
    """`collect`, `erase`: module and class. `why`: what stands in their place when empty."""

    collect: str = ""
    erase: str = ""
    why: str = ""


HANDLERS: Mapping[str, Handler] = {
    "contacts": Handler(collect=f"{_COLLECT}.contacts:Contacts"),
    # messages with their statuses and large updates; updates of accounts are in `accounts`
    "conversations": Handler(collect=f"{_COLLECT}.conversations:Conversations"),
    "accounts": Handler(collect=f"{_COLLECT}.accounts:AccountUpdates"),
    "media": Handler(collect=f"{_COLLECT}.media:Media"),
    "consent": Handler(collect=f"{_COLLECT}.consents:Consents"),
    "exports": Handler(collect=f"{_COLLECT}.compliance:Exports"),
    # what came out of a list are events of consent, which name it
    "imports": Handler(collect=f"{_COLLECT}.consents:Consents"),
    "requests": Handler(collect=f"{_COLLECT}.compliance:RightsRequests"),
    "holds": Handler(collect=f"{_COLLECT}.compliance:Holds"),
    "archive": Handler(collect=f"{_COLLECT}.archive:TheirsOpened"),
    "audit": Handler(collect=f"{_COLLECT}.audit:AuditEntries"),
    "keys": Handler(collect=f"{_COLLECT}.keys:Keys"),
    "ephemeral": Handler(
        why="hashes of tickets, links and codes that run out within days; they name nobody",
    ),
}
