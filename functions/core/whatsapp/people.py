"""Who an element is about, in Meta's several spellings, and which contact belongs to it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.core.contacts.model import Alias, AliasKind
from functions.core.whatsapp.explode import HISTORY_MESSAGE, Piece
from functions.core.whatsapp.model import IdentityChange
from functions.core.whatsapp.reading import (
    digits,
    mapping,
    number,
    number_or_bsuid,
    scoped_id,
    text,
)

Aliases = tuple[Alias, ...]
Raw = Mapping[str, Any]

_SENDER = ("from_user_id", "from_parent_user_id")
_ADDRESSEE = ("to_user_id", "to_parent_user_id")
# The parent id of a status has three names on Meta's own pages.
_STATUS_PARENTS = ("parent_recipient_user_id", "recipient_parent_user_id", "parent_user_id")
# The participant of a group that a status is about has two.
_PARTICIPANTS = ("recipient_participant_id", "participant_recipient_id")
_NUMBER_CHANGED = ("user_changed_number", "customer_changed_number", "user_changed_user_id")
_SENTENCE = re.compile(r" changed from (?P<previous>\S+) to (?P<current>\S+)\s*\Z")


@dataclass(frozen=True)
class People:
    """`person`: whose ids the element states. In a `group` they are one member's."""

    person: Aliases = ()
    group: Aliases = ()
    by_business: bool = False


def people(piece: Piece) -> People:
    about = _ABOUT.get(piece.element)
    return about(piece, mapping(piece.raw)) if about else People()


def known_as(contact: Raw) -> Aliases:
    """The ids of an entry of `contacts`, or of anything spelled like one."""
    return _unique(
        number(AliasKind.WA_ID, contact.get("wa_id"))
        + scoped_id(AliasKind.BSUID, contact.get("user_id"))
        + scoped_id(AliasKind.PARENT_BSUID, contact.get("parent_user_id"))
    )


def identity_change(piece: Piece, person: Aliases) -> IdentityChange | None:
    """`person`: the ids under which Meta reports the change, normally the ones given up."""
    raw = mapping(piece.raw)
    system = mapping(raw.get("system"))
    if piece.element == "user_id_update":
        previous, current = _versions(raw, "previous"), _versions(raw, "current")
    elif piece.element == "messages" and text(system.get("type")) in _NUMBER_CHANGED:
        current = _spelled(system, "new_", "")
        previous = _spelled(system, "previous_") + number(AliasKind.PHONE, system.get("customer"))
        previous = previous + _told_in_words(system, current) + person
    else:
        return None
    previous = tuple(a for a in _unique(previous) if not _names(current, a))
    return IdentityChange(previous=previous, current=current) if current else None


def same_person(person: Aliases, contact: Aliases) -> bool:
    return any(_names(person, alias) for alias in contact)


def contradict(person: Aliases, contact: Aliases) -> bool:
    stated = {alias.namespace: alias.value for alias in person}
    return any(stated.get(a.namespace, a.value) != a.value for a in contact)


def joined(person: Aliases, contact: Aliases) -> Aliases:
    """Both, but where they state different ids of one kind, what the element itself says."""
    kinds = {alias.kind for alias in person}
    return _unique(person + tuple(a for a in contact if a.kind not in kinds))


def _sender(raw: Raw) -> Aliases:
    return _ids(raw, "from", _SENDER)


def _addressee(raw: Raw) -> Aliases:
    return _ids(raw, "to", _ADDRESSEE) or _recipient(raw)


def _recipient(raw: Raw) -> Aliases:
    parent = next((raw[name] for name in _STATUS_PARENTS if text(raw.get(name))), None)
    return _unique(
        number_or_bsuid(raw.get("recipient_id"))
        + scoped_id(AliasKind.BSUID, raw.get("recipient_user_id"))
        + scoped_id(AliasKind.PARENT_BSUID, parent)
    )


def _of_message(piece: Piece, raw: Raw) -> People:
    """Normally from the person; an app on standby may be shown what the business wrote, too."""
    if _is_business(piece, raw.get("from")):
        return _of_echo(piece, raw)
    return People(_sender(raw), _group(raw.get("group_id")))


def _of_echo(_: Piece, raw: Raw) -> People:
    return People(_addressee(raw), _group(raw.get("group_id")), by_business=True)


def _of_preference(_: Piece, raw: Raw) -> People:
    return People(known_as(raw))


def _of_id_update(_: Piece, raw: Raw) -> People:
    return People(_unique(known_as(raw) + _versions(raw, "previous")))


def _of_address_book(_: Piece, raw: Raw) -> People:
    contact = mapping(raw.get("contact"))
    return People(number(AliasKind.PHONE, contact.get("phone_number")) + known_as(contact))


def _of_status(_: Piece, raw: Raw) -> People:
    if raw.get("recipient_type") != "group":
        return People(_recipient(raw))
    member = {name: part for name, part in raw.items() if name != "recipient_id"}
    participant = next((raw[name] for name in _PARTICIPANTS if text(raw.get(name))), None)
    person = _unique(number_or_bsuid(participant) + _recipient(member))
    return People(person, _group(raw.get("recipient_id")))


def _of_history(piece: Piece, raw: Raw) -> People:
    """A thread is named after the person; a message in it may come from either side."""
    by_business = _is_business(piece, raw.get("from"))
    said = _addressee(raw) if by_business else _sender(raw)
    if piece.thread is None:
        return People(said, by_business=by_business)
    thread = number_or_bsuid(piece.thread.get("id")) + known_as(
        mapping(piece.thread.get("context"))
    )
    if not by_business and said and thread:
        by_business = contradict(thread, said)
    return People(_unique(thread) if by_business else joined(thread, said), by_business=by_business)


def _of_call(piece: Piece, raw: Raw) -> People:
    """Meta swaps `from` and `to` in some samples: the side that is not the business is meant."""
    outgoing = text(raw.get("direction")) == "BUSINESS_INITIATED"
    if _is_business(piece, raw.get("from")) or (
        outgoing and not _is_business(piece, raw.get("to"))
    ):
        person = _ids(raw, "to", _ADDRESSEE) or _ids(raw, "", _SENDER)
    else:
        person = _ids(raw, "from", _SENDER)
    return People(person, by_business=outgoing)


def _is_business(piece: Piece, value: Any) -> bool:
    display = digits(piece.place.metadata.get("display_phone_number"))
    return bool(display) and digits(value) == display


def _ids(raw: Raw, number_name: str, names: tuple[str, str]) -> Aliases:
    bsuid, parent = names
    return _unique(
        number_or_bsuid(raw.get(number_name))
        + scoped_id(AliasKind.BSUID, raw.get(bsuid))
        + scoped_id(AliasKind.PARENT_BSUID, raw.get(parent))
    )


def _group(value: Any) -> Aliases:
    return scoped_id(AliasKind.GROUP, value)


def _spelled(raw: Raw, *prefixes: str) -> Aliases:
    """Ids under the first of the prefixes that has them, one by one."""
    names = ("wa_id", "user_id", "parent_user_id")
    found = {n: next((raw[p + n] for p in prefixes if text(raw.get(p + n))), None) for n in names}
    return known_as(found)


def _told_in_words(system: Raw, current: Aliases) -> Aliases:
    """The previous BSUID where Meta writes it in its sentence only.

    The sentence starts with the name the person chose, so only its very end is believed, and only
    when it leads to the new id that the fields state.
    """
    match = _SENTENCE.search(text(system.get("body")))
    if match and _names(current, Alias(AliasKind.BSUID, match["current"])):
        return (Alias(AliasKind.BSUID, match["previous"]),)
    return ()


def _versions(raw: Raw, version: str) -> Aliases:
    ids = {name: mapping(raw.get(name)).get(version) for name in ("user_id", "parent_user_id")}
    # The number stays as it is reported: with `wa_id` the new ids can be reached.
    return known_as({**ids, "wa_id": raw.get("wa_id") if version == "current" else None})


def _names(aliases: Aliases, wanted: Alias) -> bool:
    return any(a.namespace == wanted.namespace and a.value == wanted.value for a in aliases)


def _unique(aliases: Iterable[Alias]) -> Aliases:
    return tuple(dict.fromkeys(aliases))


_ABOUT: dict[str, Callable[[Piece, Raw], People]] = {
    "messages": _of_message,
    "statuses": _of_status,
    "message_echoes": _of_echo,
    HISTORY_MESSAGE: _of_history,
    "calls": _of_call,
    "user_preferences": _of_preference,
    "user_id_update": _of_id_update,
    "state_sync": _of_address_book,
}
