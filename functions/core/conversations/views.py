"""A stored message as the API shows it: a function of the set of its facts, not of their order."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.cards.marker import masked_in
from functions.core.conversations.model import Direction, FactKind, moment_ms, split_thread
from functions.core.conversations.read_facts import (
    Said,
    first_text,
    mapping,
    moment_of,
    objects,
    said,
    text,
)
from functions.core.conversations.read_statuses import listed, reached

Item = Mapping[str, Any]

# Ids, times and the like of a webhook element: shown beside its content, or not at all.
_ENVELOPE = frozenset(
    {
        "id",
        "wacid",
        "from",
        "from_user_id",
        "from_parent_user_id",
        "to",
        "to_user_id",
        "to_parent_user_id",
        "wa_id",
        "user_id",
        "parent_user_id",
        "recipient_id",
        "recipient_user_id",
        "timestamp",
        "type",
        "context",
        "errors",
        "history_context",
        "biz_opaque_callback_data",
    }
)
_AUTHOR = ("from", "from_user_id", "from_parent_user_id")

# Meta's stand-ins for what it cannot or not yet show.
_THIN = ("media_placeholder", "unsupported")

_TYPES = {FactKind.CALL: "call", FactKind.PREFERENCE: "user_preferences"}


@dataclass(frozen=True)
class _Version:
    type: str
    at_ms: int
    update: Mapping[str, Any]
    content: Mapping[str, Any]
    id: str

    @property
    def worth(self) -> tuple[Any, ...]:
        """The message itself before a stand-in; then the later, the fuller."""
        return (self.type not in _THIN, self.at_ms, len(_canonical(self.content)), self.id)


def conversation_id(phone_number_id: str, contact_id: str) -> str:
    return f"{phone_number_id}.{contact_id}"


def message_view(
    message_id: str, item: Item, *, contact_id: str, participants: Iterable[Item] = ()
) -> dict[str, Any]:
    """`participants`: the records of a group message that hold its members' statuses."""
    facts = said(item.get("facts", {}))
    everyones = [*facts, *(fact for one in participants for fact in said(one["facts"]))]
    everyones.sort(key=lambda fact: (fact.at_ms, fact.id))
    versions = _versions(facts)
    intent = json.loads(item["intent"]) if "intent" in item else None
    shown = _of_intent(intent) if intent else versions.pop() if versions else None
    phone_number_id, _ = split_thread(item["thread"])
    direction = _direction(facts, is_intent="send_state" in item)
    statuses = listed(everyones)
    return {
        "id": message_id,
        "conversation_id": conversation_id(phone_number_id, contact_id),
        "contact_id": contact_id,
        "phone_number_id": phone_number_id,
        "wamid": item.get("wamid") or _wamid(everyones),
        "direction": direction.value,
        "type": shown.type if shown else _type_of(item, facts),
        "status": _status(item, everyones, direction, is_told=shown is not None),
        "timestamp": moment_of(moment_ms(item["at"])),
        "content": dict(shown.content) if shown else {},
        "context": _context(shown.update) if shown else None,
        "author": _author(shown.update) if shown else None,
        "statuses": statuses,
        "errors": _errors(item, shown, statuses),
        "reasons": list(item.get("reasons", [])),
        "versions": _others(shown, versions),
        "masked_card_numbers": masked_in(shown.update) if shown else 0,
        **_destroyed(item, everyones),
        "is_withheld": "withheld" in item or any(fact.is_withheld for fact in everyones),
    }


def account_update_view(item: Item) -> dict[str, Any]:
    """Something that belongs to no conversation: about the account, or not understood."""
    told = json.loads(item["raw"]) if "raw" in item else {}
    return {
        "id": f"u_{item['sk'].partition('#')[2]}",
        "field": told.get("field", item["field"]),
        "element": told.get("element", ""),
        "timestamp": moment_of(item["at_ms"]),
        "content": told.get("update"),
        "contact": told.get("contact"),
        "thread": told.get("thread"),
        "is_destroyed": "destroyed_ms" in item,
        "destroyed_at": moment_of(item.get("destroyed_ms") or 0),
    }


def _type_of(item: Item, facts: list[Said]) -> str:
    """When there is nothing to show: a message known by its statuses, or destroyed."""
    return str(item.get("type") or _TYPES.get(facts[0].kind, "unknown"))


def _destroyed(item: Item, facts: Iterable[Said]) -> dict[str, Any]:
    """Whether any of the content is gone for good, and since when, where that is known."""
    times = [fact.destroyed_ms or 0 for fact in facts if fact.is_destroyed]
    times += [item["destroyed_ms"] or 0] if "destroyed_ms" in item else []
    return {"is_destroyed": bool(times), "destroyed_at": moment_of(max(times, default=0))}


def _versions(facts: Iterable[Said]) -> list[_Version]:
    """What the message said, the one to show last."""
    about = (FactKind.STATUS, FactKind.PARTICIPANTS)
    told = [_version(f) for f in facts if f.kind not in about and not f.is_status]
    return sorted(told, key=lambda version: version.worth)


def _version(fact: Said) -> _Version:
    content = {name: value for name, value in fact.update.items() if name not in _ENVELOPE}
    kind = _TYPES.get(fact.kind) or text(fact.update.get("type")) or "unknown"
    return _Version(kind, fact.at_ms, fact.update, content, fact.id)


def _of_intent(command: Mapping[str, Any]) -> _Version:
    kind = command["type"]
    return _Version(kind, 0, command, {kind: command.get(kind)}, "")


def _others(shown: _Version | None, versions: list[_Version]) -> list[dict[str, Any]]:
    """Tellings that differ from the one shown, latest first; Meta repeats itself in history."""
    seen = {_telling(shown)} if shown else set()
    others = []
    for version in sorted(versions, key=lambda one: (one.at_ms, one.id), reverse=True):
        if _telling(version) not in seen:
            seen.add(_telling(version))
            at = moment_of(version.at_ms)
            others.append(
                {
                    "type": version.type,
                    "timestamp": at,
                    "content": version.content,
                    "errors": objects(version.update.get("errors")),
                }
            )
    return others


def _telling(version: _Version) -> tuple[str, str]:
    return version.type, _canonical(version.content)


def _direction(facts: Iterable[Said], *, is_intent: bool) -> Direction:
    if is_intent:
        return Direction.OUTBOUND
    spoken = [f for f in facts if f.kind is not FactKind.PARTICIPANTS and not f.is_status]
    return spoken[0].direction if spoken else Direction.OUTBOUND


def _status(item: Item, facts: list[Said], direction: Direction, *, is_told: bool) -> str:
    """What webhooks report is nearer to the person than what we know from sending."""
    if direction is Direction.INBOUND:
        return "received"
    # an echo, or what another program sent on the same number, was sent
    return reached(facts) or str(item.get("send_state", "sent" if is_told else "unknown"))


def _wamid(facts: Iterable[Said]) -> str | None:
    known = sorted(facts, key=lambda fact: fact.is_status)
    return next((i for fact in known if (i := first_text(fact.update, ("id", "wacid")))), None)


def _context(update: Mapping[str, Any]) -> dict[str, Any] | None:
    return dict(mapping(update.get("context"))) or None


def _author(update: Mapping[str, Any]) -> dict[str, Any] | None:
    """In a group the contact is the group, so the person who wrote is told apart."""
    if "group_id" not in update:
        return None
    return {name: update[name] for name in _AUTHOR if name in update} or None


def _errors(
    item: Item, shown: _Version | None, statuses: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    told = [item["error"]] if item.get("error") else []
    told += objects(shown.update.get("errors")) if shown else []
    told += [error for status in statuses for error in status["errors"]]
    return list({_canonical(error): error for error in told}.values())


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True)
