"""From a change of an item to the records that keep it. Pure and total.

Whatever is stored gives a record: what nobody here knows gives one of kind `unknown` with its key,
so that it is counted and looked at, and holds up nothing else.
"""

import re
from collections.abc import Iterator
from typing import Any

from functions.core.archive.model import FORMAT, Kind, Record, Sealed, record_id
from functions.core.consent.vocabulary import Purpose
from functions.core.conversations.minimising import EVERYTHING, Minimising
from functions.core.conversations.model import SPOKEN, FactKind, split_thread
from functions.core.conversations.read_facts import moment_of
from functions.core.runtime.streams import Change, Image, attribute, entries, plain
from functions.core.sending.model import SendState

# Pointers, links, windows, pauses: computed from what is archived, or of no lasting meaning.
_BOOKKEEPING = ("ALIAS", "NODE", "THREAD", "CHANNEL")

_OUTCOMES = frozenset(
    {
        SendState.ACCEPTED,
        SendState.REFUSED,
        SendState.FAILED,
        SendState.UNCONFIRMED,
        SendState.AMBIGUOUS,
    }
)
_CHANGING = {"edit": Kind.EDIT, "revoke": Kind.REVOKE}
# in place of content that is not kept
_WITHHELD: Record = {"withheld": True}
_MEDIA_TOLD = ("bytes", "mime", "object", "reason", "tag")
_MEDIA = ("state", "bytes", "object", "sealed_sha256", "sealed_media_id", "sealed_filename")
_WORD = re.compile(r"[a-z0-9_]{1,40}")

# Every way in which an item can have another shape than ours.
_MALFORMED = (AttributeError, KeyError, LookupError, TypeError, ValueError)


def records_of(
    change: Change, *, retention_class: str, minimising: Minimising = EVERYTHING
) -> list[Record]:
    """In a fixed order, with ids that follow from the change.

    Content that `minimising` wants gone before the archive's lock ends is told of by its keyed
    tag and its length only.
    """
    found = _whole(change, _records(change, minimising))
    return [_framed(change, record, retention_class) for record in found]


def _whole(change: Change, found: Iterator[Record], **known: str) -> list[Record]:
    """One odd fact costs its own content only, not its neighbours'."""
    try:
        return list(found)
    except _MALFORMED:
        return [{"kind": Kind.UNKNOWN, "record": _place(change), **known}]


def _records(change: Change, minimising: Minimising) -> Iterator[Record]:
    kind, _, name = change.pk.partition("#")
    if change.removed:
        if kind != "CHANNEL":  # those come and go with Graph's moods
            yield {"kind": Kind.DELETED, "record": _place(change)}
    elif kind == "MESSAGE":
        yield from _facts(change, name, spoken=minimising.archives(Purpose.SERVICE))
        if change.sk == "MESSAGE":
            yield from _whole(change, _intent(change, name, minimising))
    elif kind == "ACCOUNT":
        yield from _account(change)
    elif kind == "MEDIA":
        yield from _media(change, name)
    elif kind not in _BOOKKEEPING:
        yield {"kind": Kind.UNKNOWN, "record": _place(change)}


def _framed(change: Change, record: Record, retention_class: str) -> Record:
    """What all records have, in the order in which a reader looks for it."""
    kind = str(record.pop("kind"))
    name = (kind, str(record.get("fact_id", "")))
    return {
        "v": FORMAT,
        "id": record_id(change.sequence, change.pk, change.sk, *name),
        "kind": kind,
        "sequence": str(change.sequence),
        "stored_at": moment_of(change.at_ms),
        "retention_class": retention_class,
        **record,
    }


def _facts(change: Change, message_id: str, *, spoken: bool) -> Iterator[Record]:
    """`spoken`: whether what somebody said is archived with its content."""
    before, after = entries(change.old, "facts"), entries(change.new, "facts")
    for fact_id in sorted(after):
        if after[fact_id] != before.get(fact_id):
            old = plain(before[fact_id]) if fact_id in before else {}
            fact = _fact(change, message_id, fact_id, old, spoken=spoken)
            yield from _whole(change, fact, fact_id=fact_id)
    for fact_id in sorted(before.keys() - after.keys()):
        yield {
            "kind": Kind.DELETED,
            "message_id": message_id,
            "fact_id": fact_id,
            "record": _place(change),
        }


def _fact(
    change: Change, message_id: str, fact_id: str, old: dict[str, Any], *, spoken: bool
) -> Iterator[Record]:
    fact = plain(entries(change.new, "facts")[fact_id])
    kind = FactKind(fact["kind"])
    if kind is FactKind.PARTICIPANTS:
        return  # a marker: the statuses themselves come with their own items
    word = _word(fact.get("type"))
    told = _kind(kind, word, masked=bool(old) and fact.get("masked") != old.get("masked"))
    yield {
        "kind": told,
        "of": kind.value if told.value != kind.value else None,
        **_about(fact["thread"]),
        "direction": fact["direction"],
        "type": word,
        "status": word if kind is FactKind.STATUS else None,
        "message_id": message_id,
        "fact_id": fact_id,
        **_time(fact["at_ms"]),
        **_content(change, fact, f"facts.{fact_id}.raw", withheld=kind in SPOKEN and not spoken),
    }


def _kind(kind: FactKind, word: str, *, masked: bool) -> Kind:
    if masked:
        return Kind.MASKED
    if kind in SPOKEN and word in _CHANGING:
        return _CHANGING[word]
    return Kind(kind.value)


def _intent(change: Change, message_id: str, minimising: Minimising) -> Iterator[Record]:
    """An intent when it is accepted, and every outcome that sending it has."""
    if not {"sealed_intent", "withheld"} & change.new.keys():
        return
    about = {
        **_about(attribute(change.new, "thread")),
        "direction": "outbound",
        "type": _word(attribute(change.new, "type")),
        "message_id": message_id,
    }
    if "sealed_intent" in change.new and _changed(change, "sealed_intent", "sealed_address"):
        purpose = Purpose(attribute(change.new, "purpose") or Purpose.SERVICE)
        yield {
            "kind": Kind.INTENT,
            **about,
            **_time(attribute(change.new, "created_ms")),
            **(_parts(change, "intent", "address") if minimising.archives(purpose) else _WITHHELD),
        }
    state = attribute(change.new, "send_state")
    if _changed(change, "send_state") and state in _OUTCOMES:
        accepted_ms = attribute(change.new, "accepted_ms") if state == SendState.ACCEPTED else None
        yield {
            "kind": Kind.OUTCOME,
            **about,
            "status": state,
            "reasons": [reason["code"] for reason in attribute(change.new, "reasons") or []]
            or None,
            **_time(accepted_ms or change.at_ms),
            **_parts(change, "wamid", "error"),
        }


def _account(change: Change) -> Iterator[Record]:
    if _changed(change, "sealed", "ref"):
        stored = {name: plain(value) for name, value in change.new.items()}
        yield {
            "kind": Kind.ACCOUNT,
            "direction": "inbound",
            "type": _word(stored.get("field")),
            **_time(stored["at_ms"]),
            **_content(change, stored, "raw", withheld=False),
        }


def _media(change: Change, media_id: str) -> Iterator[Record]:
    """A medium at every step; what else lies beside it tells who was given it."""
    if change.sk != "MEDIA":
        yield {"kind": Kind.MEDIA, "status": "noted", "record": _place(change)}
    elif _changed(change, *_MEDIA):
        told = {name: attribute(change.new, name) for name in _MEDIA_TOLD}
        thread = attribute(change.new, "thread")
        yield {
            "kind": Kind.MEDIA,
            **(_about(thread) if thread else {}),
            "direction": attribute(change.new, "direction"),
            "type": _word(attribute(change.new, "type")),
            "status": attribute(change.new, "state"),
            "message_id": attribute(change.new, "message_id"),
            "fact_id": attribute(change.new, "fact_id"),
            "media": {"id": media_id, **{n: v for n, v in told.items() if v not in (None, "")}},
            **_parts(change, "sha256", "media_id", "filename"),
        }


def _content(change: Change, stored: dict[str, Any], field: str, *, withheld: bool) -> Record:
    """Without `sealed`: too large for a table, an object to be copied beside the segments."""
    webhook = stored.get("webhook")
    record = {
        "webhook_sha256": webhook.hex() if isinstance(webhook, bytes) else None,
        "tag": stored.get("tag"),
        "bytes": stored.get("bytes"),
    }
    if withheld or "withheld" in stored:
        return {**record, **_WITHHELD}
    if "sealed" in stored:
        return {**record, **_sealed(Sealed(stored["key"], _place(change), field, stored["sealed"]))}
    place = {"key": stored["key"], "store": "media", "record": stored["ref"], "field": "update"}
    return {**record, "content": place}


def _sealed(sealed: Sealed) -> Record:
    return {"content": sealed.as_json(), "content_sha256": sealed.sha256}


def _parts(change: Change, *fields: str) -> Record:
    """The ciphertexts among these attributes: the first as content, the others beside it."""
    key = attribute(change.new, "key")
    parts = [
        Sealed(key, _place(change), field, attribute(change.new, f"sealed_{field}"))
        for field in fields
        if f"sealed_{field}" in change.new
    ]
    if not parts:
        return {}
    more = [{**part.as_json(), "sha256": part.sha256} for part in parts[1:]]
    return {**_sealed(parts[0]), "more": more or None}


def _about(thread: str) -> Record:
    phone_number_id, node = split_thread(thread)
    return {"phone_number_id": phone_number_id, "thread": thread, "subject": node}


def _time(at_ms: int) -> Record:
    return {"at": moment_of(at_ms), "at_ms": at_ms}


def _changed(change: Change, *names: str) -> bool:
    return any(_value(change.new, name) != _value(change.old, name) for name in names)


def _value(image: Image, name: str) -> Any:
    return image.get(name)


def _word(value: Any) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unknown"


def _place(change: Change) -> str:
    return f"{change.pk}|{change.sk}"
