"""An entry of the audit log: who did what to whom, when, why, and what came of it.

No personal data in clear: people stand in it as the keyed pseudonyms that records have, addresses
as networks. The format is described for auditors in docs/audit-format.md.
"""

import hashlib
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from functions.core.audit.errors import EntryTooLargeError
from functions.core.audit.vocabulary import Action, Outcome

FORMAT = 1
# a bundle says the length of an entry in 16 bits (C2SP tlog-tiles, "Log entries", 2026)
MOST_BYTES = 65_535

# of an address, what is left of it: a network is no person
_KEPT_BITS = {4: 24, 6: 48}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """`kind`: client, meta or system. `role`: the scope it acted with. `network`: where from."""

    kind: str
    id: str
    role: str = ""
    network: str = ""


@dataclass(frozen=True, kw_only=True)
class Event:
    """`on`: pseudonyms of people. `what`: the record, such as `message/m_…`.

    `purpose` and `request`: why, as the caller said, and the request it was part of.
    """

    action: Action
    by: Actor
    on: tuple[str, ...] = ()
    what: str = ""
    purpose: str = ""
    request: str = ""
    outcome: Outcome = Outcome.DONE
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """Where an entry stands in its writer's chain. `previous`: SHA-256 of the entry before it."""

    writer: str
    number: int
    previous: str


def encoded(event: Event, link: Link, *, at_ms: int) -> str:
    """The bytes that are hashed, as ASCII: keys sorted, no spaces, what is empty left out."""
    told: dict[str, Any] = {
        "v": FORMAT,
        "writer": link.writer,
        "seq": link.number,
        "prev": link.previous,
        "at": moment(at_ms),
        "action": event.action.value,
        "by": _filled(vars(event.by)),
        "outcome": event.outcome.value,
        **_filled(
            {
                "on": list(event.on),
                "what": event.what,
                "purpose": event.purpose,
                "request": event.request,
                "facts": dict(event.facts),
            }
        ),
    }
    text = _json(told)
    if len(text) > MOST_BYTES:
        largest = max(told, key=lambda name: len(_json(told[name])))
        raise EntryTooLargeError(largest, len(text), MOST_BYTES)
    return text


def chained(events: Sequence[Event], link: Link, *, at_ms: int) -> tuple[list[str], Link]:
    """Entries of one writer that follow on each other, and the link of the one that comes next."""
    entries = []
    for event in events:
        entries.append(encoded(event, link, at_ms=at_ms))
        link = Link(link.writer, link.number + 1, digest(entries[-1]))
    return entries, link


def digest(entry: str) -> str:
    return hashlib.sha256(entry.encode("ascii")).hexdigest()


def moment(at_ms: int) -> str:
    when = datetime.fromtimestamp(at_ms / 1000, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def network(address: str) -> str:
    """The network of an IP address, `""` for what is none: an address can be a person's."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    kept = _KEPT_BITS[parsed.version]
    return str(ipaddress.ip_network(f"{parsed}/{kept}", strict=False))


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", [], {})}


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
