"""From records to entries: everything the archive knows of one message, in one place."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.core.archive.exports.model import Scope
from functions.core.archive.model import Kind, Record
from functions.core.conversations.model import FactKind, moment, split_thread
from functions.core.conversations.views import message_view

Json = dict[str, Any]

# Statements about a message; the others are about sending it, or about its media.
_FACTS = {
    Kind.MESSAGE,
    Kind.ECHO,
    Kind.HISTORY,
    Kind.STATUS,
    Kind.CALL,
    Kind.PREFERENCE,
    Kind.EDIT,
    Kind.REVOKE,
    Kind.MASKED,
}
_PARTICIPANT = "|PARTICIPANT#"
# Of a record, what only served to find and open it.
_INNER = ("v", "place", "key", "opened", "closed", "kind", "id")


@dataclass(frozen=True)
class Entry:
    """One place in an export. `section`: the conversation it stands in.

    `names`: by which others may refer to it; `refers`: to which it refers, and how.
    """

    section: str
    position: str
    told: Json = field(repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    refers: tuple[str, str] | None = field(default=None, repr=False)


def group_of(record: Record) -> str:
    """What a record is about; records of one group make one entry."""
    if "message_id" in record:
        return f"m:{record['message_id']}"
    if str(record.get("record", "")).startswith("MESSAGE#"):
        return f"m:{record['record'].partition('|')[0].removeprefix('MESSAGE#')}"
    if "media" in record:
        return f"f:{record['media']['id']}"
    return f"r:{record['id']}"


def entry_of(group: str, records: Sequence[Record], scope: Scope) -> Entry | None:
    """None: it is not part of the export after all."""
    kind, _, name = group.partition(":")
    ordered = _without_cards(
        sorted(records, key=lambda record: (record["stored_at"], int(record["sequence"])))
    )
    if kind == "m":
        return _message(name, ordered, scope)
    return _other(name, ordered, scope)


def _without_cards(records: Sequence[Record]) -> list[Record]:
    """What a card number was removed from later is kept back as it was before."""
    masked: set[str] = set()
    shown: list[Record] = []
    for record in reversed(records):
        fact_id = record.get("fact_id", "")
        if fact_id in masked:
            shown.append({**record, "opened": {}, "closed": {"raw": {"why": "masked"}}})
            continue
        shown.append(record)
        if record["kind"] == Kind.MASKED:
            masked.add(fact_id)
    return shown[::-1]


def _message(message_id: str, records: Sequence[Record], scope: Scope) -> Entry | None:
    item, participants = _item(records)
    place = _place(item, participants)
    if place is None:
        return None if scope.spans is not None else _other(message_id, records, scope)
    thread, at_ms = place
    if not scope.holds(thread, at_ms):
        return None
    number, node = split_thread(thread)
    item.update({"thread": thread, "at": moment(at_ms, message_id)})
    view = message_view(
        message_id, item, contact_id=scope.contact_id or node, participants=participants
    )
    if scope.contact_id is None:  # a thread is known, not who else is the same person
        view = {**view, "contact_id": None, "conversation_id": None}
    told = {
        "entry": "message",
        "thread": thread,
        "message": view,
        "who": _who(view, records),
        "media": _media(records),
        "deleted_at": _deleted(records),
        "unreadable": _unreadable(records),
        "records": [_evidence(record) for record in records],
    }
    return Entry(
        section=thread if scope.contact_id is None else number,
        position=item["at"],
        told=told,
        names=tuple(n for n in (message_id, view["wamid"]) if n),
        refers=refers_of(view),
    )


def _item(records: Iterable[Record]) -> tuple[Json, list[Json]]:
    """The record of the message as it was last, and those of its participants."""
    item: Json = {"facts": {}}
    participants: dict[str, Json] = {}
    for record in records:
        if record["kind"] in _FACTS and "fact_id" in record:
            place = str(record["place"])
            held = item
            if _PARTICIPANT in place:
                held = participants.setdefault(place, {"facts": {}})
            held["facts"][record["fact_id"]] = _fact(record)
        elif record["kind"] == Kind.INTENT:
            item.update(_sending(record))
            item["created_ms"], item["own_thread"] = record["at_ms"], record["thread"]
            item.setdefault("send_state", "queued")
        elif record["kind"] == Kind.OUTCOME:
            reasons = [{"code": code, "detail": ""} for code in record.get("reasons", [])]
            item.update(_sending(record))
            item.update({"send_state": record["status"], "reasons": reasons})
            if record["status"] != "failed":
                item.pop("error", None)  # of a try that was followed by another
    return item, list(participants.values())


def _fact(record: Record) -> Json:
    fact = {
        "kind": record.get("of", record["kind"]),
        "at_ms": record["at_ms"],
        "thread": record["thread"],
        "direction": record["direction"],
        "type": record["type"],
    }
    if "raw" in record["opened"]:
        return {**fact, "raw": json.dumps(record["opened"]["raw"])}
    if "withheld" in record:
        return {**fact, "withheld": "archive"}
    closed = record["closed"].get("raw", {})
    return {**fact, "destroyed_ms": closed.get("destroyed_ms")} if _is_gone(closed) else fact


def _sending(record: Record) -> Json:
    told: Json = {**record["opened"], "type": record["type"]}
    if "withheld" in record:
        told["withheld"] = "archive"
    gone = [closed for closed in record["closed"].values() if _is_gone(closed)]
    return {**told, "destroyed_ms": gone[0].get("destroyed_ms")} if gone else told


def _is_gone(closed: Mapping[str, Any]) -> bool:
    return closed.get("why") == "destroyed"


def _place(item: Json, participants: Sequence[Json]) -> tuple[str, int] | None:
    """Where the message stands: where it was asked for, or where its earliest telling puts it."""
    if "created_ms" in item:
        return item["own_thread"], item["created_ms"]
    facts = [fact for one in (item, *participants) for fact in one["facts"].values()]
    if not facts:
        return None
    first = min(facts, key=lambda f: (f["kind"] == FactKind.STATUS, f["at_ms"], f["thread"]))
    return first["thread"], first["at_ms"]


def _who(view: Json, records: Sequence[Record]) -> str | None:
    """The name by which the author of an incoming message was known then."""
    if view["direction"] != "inbound":
        return None
    for record in reversed(records):
        raw = record["opened"].get("raw")
        contact = raw.get("contact") if isinstance(raw, dict) else None
        profile = contact.get("profile") if isinstance(contact, dict) else None
        name = profile.get("name") if isinstance(profile, dict) else None
        if isinstance(name, str) and name:
            return name
    return None


def _media(records: Iterable[Record]) -> list[Json]:
    """Each medium as it was last."""
    found: dict[str, Json] = {}
    for record in records:
        if record["kind"] == Kind.MEDIA and "media" in record:
            media = record["media"]
            told = {**found.get(media["id"], {}), **media, **record["opened"]}
            told.update({"state": record["status"], "type": record["type"], "key": record["key"]})
            told["is_destroyed"] = any(_is_gone(c) for c in record["closed"].values())
            found[media["id"]] = told
    return list(found.values())


def _deleted(records: Iterable[Record]) -> str | None:
    """When it left the working store; what was archived before is still here."""
    times = [r["stored_at"] for r in records if r["kind"] == Kind.DELETED and "fact_id" not in r]
    return max(times, default=None)


def _unreadable(records: Iterable[Record]) -> list[str]:
    """Why some of the content is not here, other than a destroyed key."""
    whys = {closed["why"] for record in records for closed in record["closed"].values()}
    return sorted(whys - {"destroyed", "masked"})


def _evidence(record: Record) -> Json:
    told = {name: value for name, value in record.items() if name not in _INNER}
    closed = {n: {k: v for k, v in c.items() if v is not None} for n, c in record["closed"].items()}
    return {
        "id": record["id"],
        "kind": record["kind"],
        **told,
        "content": record["opened"],
        **({"not_readable": closed} if closed else {}),
    }


def refers_of(view: Json) -> tuple[str, str] | None:
    content = view["content"]
    for kind, name in (("edit", "original_message_id"), ("revoke", "original_message_id")):
        target = _text(content.get(kind), name)
        if target:
            return kind, target
    target = _text(content.get("reaction"), "message_id")
    if target:
        return "reaction", target
    target = _text(view["context"], "id") or _text(view["context"], "message_id")
    return ("reply", target) if target else None


def _text(value: Any, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _other(name: str, records: Sequence[Record], scope: Scope) -> Entry | None:
    """An account update, a file nobody sent, something only its key is known of."""
    first = records[0]
    at_ms = first.get("at_ms") or _stored_ms(first)
    if not scope.in_range(at_ms) or first.get("status") == "noted":
        return None
    told = {
        "entry": "account" if first["kind"] == Kind.ACCOUNT else "other",
        "type": first.get("type") or first["kind"],
        "timestamp": first.get("at") or first["stored_at"],
        "media": _media(records),
        "deleted_at": _deleted(records),
        "unreadable": _unreadable(records),
        "records": [_evidence(record) for record in records],
    }
    return Entry(section="~", position=moment(at_ms, name), told=told)


def _stored_ms(record: Record) -> int:
    return round(datetime.fromisoformat(record["stored_at"]).timestamp() * 1000)
