"""Who gives out, and who takes away, what lies in each store when a person asks.

By the names of `policies/stores.toml`. A store without a handler fails the build, so that nothing
is kept that no answer holds and no erasure reaches.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_COLLECT = "functions.core.rights.access.collectors"
_ERASE = "functions.core.rights.erasure"
_DISPOSE = "functions.core.retention"


@dataclass(frozen=True, kw_only=True)
class Handler:
    """`collect`, `erase`: module and class. `why`: what stands in their place when empty."""

    collect: str = ""
    erase: str = ""
    why: str = ""


HANDLERS: Mapping[str, Handler] = {
    "contacts": Handler(collect=f"{_COLLECT}.contacts:Contacts", erase=f"{_ERASE}.naming:Naming"),
    # messages with their statuses and large updates; updates of accounts are in `accounts`
    "conversations": Handler(
        collect=f"{_COLLECT}.conversations:Conversations", erase=f"{_DISPOSE}.threads:Threads"
    ),
    "accounts": Handler(
        collect=f"{_COLLECT}.accounts:AccountUpdates", erase=f"{_ERASE}.sharing:Sharing"
    ),
    "media": Handler(collect=f"{_COLLECT}.media:Media", erase=f"{_DISPOSE}.threads:Threads"),
    "consent": Handler(
        collect=f"{_COLLECT}.consents:Consents", erase=f"{_DISPOSE}.consents:Consents"
    ),
    "exports": Handler(collect=f"{_COLLECT}.compliance:Exports", erase=f"{_ERASE}.exports:Exports"),
    # what came out of a list are events of consent, which name it
    "imports": Handler(
        collect=f"{_COLLECT}.consents:Consents",
        why="lists are of many people, and end within a day",
    ),
    "requests": Handler(
        collect=f"{_COLLECT}.compliance:RightsRequests",
        why="that somebody asked, and what came of it, is proof as long as its class says",
    ),
    "holds": Handler(
        collect=f"{_COLLECT}.compliance:Holds",
        why="a hold says why something was kept; it ends as its class says",
    ),
    # nobody can take anything from it: the key goes
    "archive": Handler(
        collect=f"{_COLLECT}.archive:TheirsOpened", erase=f"{_DISPOSE}.keys:KeyDestroyer"
    ),
    "audit": Handler(
        collect=f"{_COLLECT}.audit:AuditEntries",
        why="pseudonyms and no content; nobody can take anything from it",
    ),
    "keys": Handler(collect=f"{_COLLECT}.keys:Keys", erase=f"{_DISPOSE}.keys:KeyDestroyer"),
    "ephemeral": Handler(
        why="hashes of tickets, links and codes that run out within days; they name nobody",
    ),
}
