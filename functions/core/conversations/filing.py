"""Where each update is filed: on a message record, on its thread, or with its account."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from functions.core.cards.marker import MARKER, masked_in
from functions.core.consent.vocabulary import Purpose
from functions.core.contacts.model import Alias, strongest
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.conversations.minimising import Keep, Minimising
from functions.core.conversations.model import (
    SPOKEN,
    Direction,
    Fact,
    FactKind,
    ThreadMark,
    fold_message,
    fold_thread,
    has_content,
    moment,
    moment_ms,
    split_thread,
    thread_id,
)
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.records import Fold, Item, Key, digest_of
from functions.core.whatsapp.model import Update, UpdateKind
from functions.core.whatsapp.reading import mapping

# A DynamoDB item holds 400 KB; a larger update is kept as an object and pointed to.
_INLINE_BYTES = 64 * 1024

# The id we gave an intent, echoed by Meta in every status. Other software on the same number may
# use the field for anything, names and numbers included: only this very shape becomes a key.
_OURS = re.compile(r"m_[a-z2-7]{26}")

_FACT_KINDS = {
    UpdateKind.MESSAGE: FactKind.MESSAGE,
    UpdateKind.ECHO: FactKind.ECHO,
    UpdateKind.HISTORY_MESSAGE: FactKind.HISTORY,
    UpdateKind.STATUS: FactKind.STATUS,
    UpdateKind.CALL: FactKind.CALL,
    UpdateKind.USER_PREFERENCE: FactKind.PREFERENCE,
}


# In the parts around an element: what people call themselves there.
_NAMES = ("profile", "name", "username")

# Words of Meta's for types and statuses stand in clear; what does not look like one does not.
_WORD = re.compile(r"[a-z0-9_]{1,40}")


class Blobs(Protocol):
    def put(self, name: str, body: bytes, *, key_id: str) -> None:
        """Store an object under a name that follows from its content; repeating is harmless."""


@dataclass(frozen=True)
class Received:
    """What is known when a delivery is filed.

    `nodes`: of its aliases. `key_of`: the content key of a node at a time. `digest`: SHA-256 of
    the delivery as it was queued.
    """

    nodes: Mapping[Alias, str]
    key_of: Callable[[str, int], str]
    digest: bytes


@dataclass(frozen=True)
class Filed:
    """Which fact an update became, and on which record."""

    key: Key
    fact: Fact
    update: Update


@dataclass(frozen=True)
class Folds:
    """What to fold into which record; `filed`: every update that is part of a conversation."""

    by_key: Mapping[Key, Fold]
    filed: Sequence[Filed]


class Filing:
    def __init__(
        self,
        *,
        pseudonyms: Pseudonyms,
        blobs: Blobs,
        entry_point_hours: int,
        minimising: Minimising,
        keeps_names: bool,
    ) -> None:
        """`keeps_names`: those that people gave themselves."""
        self._pseudonyms = pseudonyms
        self._blobs = blobs
        self._entry_point_hours = entry_point_hours
        self._minimising = minimising
        self._keeps_names = keeps_names

    def folds(self, updates: Sequence[Update], received: Received) -> Folds:
        facts: dict[Key, list[Fact]] = {}
        filed: list[Filed] = []
        marks: dict[str, list[ThreadMark]] = {}
        folds: dict[Key, Fold] = {}
        for update in updates:
            thread = _thread(update, received.nodes)
            if thread is None:
                key, attributes = self._account_update(update, received)
                folds[key] = _fuller(folds.get(key), attributes)
                continue
            for key, fact in self._facts(update, thread, received):
                facts.setdefault(key, []).append(fact)
                filed.append(Filed(key, fact, update))
            if not _is_about_an_intent(update):
                mark = ThreadMark(update.at_ms, update.opens_window, update.entry_point)
                marks.setdefault(thread, []).append(mark)
        for key, found in facts.items():
            folds[key] = self._message_fold(key, found)
        for thread, seen in marks.items():
            folds[Key(f"THREAD#{thread}", "THREAD")] = self._thread_fold(thread, seen)
        return Folds(folds, filed)

    def _message_fold(self, key: Key, facts: list[Fact]) -> Fold:
        message_id = key.pk.removeprefix("MESSAGE#")

        def fold(item: Item | None) -> dict[str, Any]:
            attributes: dict[str, Any] = fold_message(item, message_id, facts)
            if key.sk != "MESSAGE":  # participants are listed with their message, not on their own
                return {name: attributes[name] for name in ("facts", "digest")}
            if "thread" not in attributes or not has_content(attributes["facts"]):
                return attributes
            node, at_ms = split_thread(attributes["thread"])[1], moment_ms(attributes["at"])
            due = self._minimising.due_attributes(Purpose.SERVICE, message_id, at_ms, by=node)
            return {**attributes, **due}

        return fold

    def _thread_fold(self, thread: str, marks: list[ThreadMark]) -> Fold:
        def fold(item: Item | None) -> dict[str, Any]:
            return fold_thread(item, thread, marks, entry_point_hours=self._entry_point_hours)

        return fold

    def _facts(self, update: Update, thread: str, received: Received) -> list[tuple[Key, Fact]]:
        message_id = self._message_id(update)
        content_key = received.key_of(split_thread(thread)[1], update.at_ms)
        fact = Fact(
            id=self._pseudonyms.of("fact", update.kind, canonical(update.raw)),
            kind=_FACT_KINDS[update.kind],
            at_ms=update.at_ms,
            thread=thread,
            direction=_direction(update),
            key=content_key,
            type=_type(update),
            content=self._content(update, content_key),
            webhook=received.digest,
        )
        key = Key(f"MESSAGE#{message_id}", "MESSAGE")
        if update.kind is not UpdateKind.STATUS or not update.author:
            return [(key, fact)]
        participant = self._pseudonyms.alias(update.author[0])
        marker = replace(
            fact, id="participants", kind=FactKind.PARTICIPANTS, type="participants", content={}
        )
        return [(key, marker), (Key(key.pk, f"PARTICIPANT#{participant}"), fact)]

    def _message_id(self, update: Update) -> str:
        if _is_about_an_intent(update):
            return update.callback
        prefix, name = {
            UpdateKind.CALL: ("c", update.message_id or update.key),
            UpdateKind.USER_PREFERENCE: ("p", update.key),
        }.get(update.kind, ("w", update.message_id or update.key))
        return f"{prefix}_{self._pseudonyms.of('message', update.phone_number_id or '', name)}"

    def _account_update(self, update: Update, received: Received) -> tuple[Key, dict[str, Any]]:
        """Some tell of people (the address book of the Business app): under their key, then."""
        name = self._pseudonyms.of("account update", update.key, canonical(update.raw))
        waba_id = update.waba_id or "unknown"
        named = [received.nodes[alias] for alias in update.aliases]
        content_key = (
            received.key_of(strongest(named), update.at_ms) if named else f"account~{waba_id}"
        )
        content = self._content(update, content_key)
        told = {"field": _word(update.field), "at_ms": update.at_ms, "tag": content["tag"]}
        by = strongest(named) if named else content_key
        due = due_attributes(DataKind.ACCOUNT, name, update.at_ms, by=by)
        attributes = {**told, **content, "key": content_key, "webhook": received.digest, **due}
        key = Key(f"ACCOUNT#{waba_id}", moment(update.at_ms, name))
        return key, {**attributes, "digest": digest_of(told)}

    def _content(self, update: Update, content_key: str) -> dict[str, Any]:
        body = canonical(
            {
                "update": update.raw,
                "contact": self._around(update.contact),
                "thread": self._around(update.thread),
                "field": update.field,
                "element": update.element,
                "waba_id": update.waba_id,
            }
        )
        data = body.encode()
        tag = self._pseudonyms.of("blob", body)
        about = {"tag": tag, "bytes": len(data), **_masked(update, body)}
        if not self._minimising.keeps(Purpose.SERVICE) and _FACT_KINDS.get(update.kind) in SPOKEN:
            return {**about, "withheld": Keep.METADATA.value}
        if len(data) <= _INLINE_BYTES:
            return {**about, "raw": body}
        ref = f"updates/{tag}"
        self._blobs.put(ref, data, key_id=content_key)
        return {**about, "ref": ref}

    def _around(self, part: Any) -> Any:
        """What Meta wrote around an element, without what people call themselves."""
        return part if self._keeps_names else without_names(part)


def _thread(update: Update, nodes: Mapping[Alias, str]) -> str | None:
    """None: the update belongs to no conversation."""
    change = update.identity_change
    aliases = change.current if change else update.aliases
    if update.kind not in _FACT_KINDS or update.phone_number_id is None or not aliases:
        return None
    return thread_id(update.phone_number_id, strongest(nodes[alias] for alias in aliases))


def _type(update: Update) -> str:
    """Of a message its type, of a status how far it got, of a call what happened."""
    raw = mapping(update.raw)
    told = {
        UpdateKind.STATUS: raw.get("status"),
        UpdateKind.CALL: raw.get("event") or raw.get("status"),
        UpdateKind.USER_PREFERENCE: raw.get("value"),
    }.get(update.kind, update.type)
    return _word(str(told or "").lower())


def _word(told: str) -> str:
    return told if _WORD.fullmatch(told) else "unknown"


def _masked(update: Update, body: str) -> dict[str, int]:
    if MARKER not in body:  # nearly always
        return {}
    count = masked_in(update.raw)
    return {"masked": count} if count else {}


def _direction(update: Update) -> Direction:
    outbound = update.by_business or update.kind in (UpdateKind.STATUS, UpdateKind.ECHO)
    return Direction.OUTBOUND if outbound else Direction.INBOUND


def _is_about_an_intent(update: Update) -> bool:
    return update.kind is UpdateKind.STATUS and _OURS.fullmatch(update.callback) is not None


def _fuller(before: Fold | None, attributes: dict[str, Any]) -> Fold:
    """One update told twice differs only in what Meta wrote around it: the fuller one stays."""

    def fold(item: Item | None) -> Mapping[str, Any]:
        stored = before(item) if before else item
        if stored is None or _fullness(attributes) < _fullness(stored):
            return attributes
        return {name: value for name, value in stored.items() if name not in ("pk", "sk")}

    return fold


def _fullness(attributes: Mapping[str, Any]) -> tuple[int, str]:
    return (-attributes["bytes"], attributes["tag"])


def without_names(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: without_names(each) for name, each in part.items() if name not in _NAMES}
    return [without_names(each) for each in part] if isinstance(part, list) else part


def canonical(value: Any) -> str:
    """One text for one value. Lone surrogates, which no store takes, stay escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    return text
