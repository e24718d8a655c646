"""A legal hold: what it covers, who asked for it, how far it got. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from functions.core.content.binding import Binding
from functions.core.runtime.records import Key

Item = dict[str, Any]


class ScopeKind(StrEnum):
    CONTACT = "contact"
    CONVERSATION = "conversation"
    # everybody, in a range of time
    RANGE = "range"
    # the contacts that an incident names
    INCIDENT = "incident"


class State(StrEnum):
    # nothing it covers is deleted any more; the archive is being locked
    PLACING = "placing"
    ACTIVE = "active"
    # deletion goes on; locks of the archive are being taken off
    LIFTING = "lifting"
    LIFTED = "lifted"


IN_FORCE = (State.PLACING, State.ACTIVE)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """`contacts`: ids of the people; none: everybody. `from_ms` is in the range, `until_ms` not."""

    kind: ScopeKind
    contacts: tuple[str, ...] = ()
    phone_number_id: str | None = None
    incident: str | None = None
    from_ms: int | None = None
    until_ms: int | None = None

    def as_item(self) -> Item:
        return {**vars(self), "kind": self.kind.value, "contacts": list(self.contacts)}


def scope_from(item: Mapping[str, Any]) -> Scope:
    told = {**item, "kind": ScopeKind(item["kind"]), "contacts": tuple(item["contacts"])}
    return Scope(**told)


@dataclass(frozen=True, kw_only=True)
class Swept:
    """How far the archive was gone through: from `day` on it is to be looked at again.

    `reach`: stands for the aliases that were looked for.
    """

    day: str
    reach: str


@dataclass(frozen=True, kw_only=True)
class Hold:
    """`attempt`: names the execution of its workflow. `nodes`, `keys`: what it was written to.

    `objects`: of the archive that it keeps. `asked_by`: who wants it lifted; another must do it.
    """

    id: str
    scope: Scope
    state: State
    placed_by: str
    placed_ms: int
    body_digest: str
    sealed_matter: bytes = field(repr=False)
    sealed_authority: bytes = field(repr=False)
    attempt: int = 1
    nodes: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    objects: int = 0
    active_ms: int | None = None
    asked_by: str | None = None
    asked_ms: int | None = None
    lifted_by: str | None = None
    lifting_ms: int | None = None
    lifted_ms: int | None = None
    failed_with: str | None = None
    planned: Swept | None = None
    swept: Swept | None = None

    @property
    def is_in_force(self) -> bool:
        return self.state in IN_FORCE

    @property
    def key(self) -> str:
        """The content key under which its words are sealed."""
        return content_key(self.id)


def hold_key(hold_id: str) -> Key:
    return Key(f"HOLD#{hold_id}", "HOLD")


def content_key(hold_id: str) -> str:
    return f"hold~{hold_id}"


def words_binding(hold_id: str, name: str) -> Binding:
    """`name`: matter or authority."""
    return Binding("compliance", f"HOLD#{hold_id}|HOLD", name)
