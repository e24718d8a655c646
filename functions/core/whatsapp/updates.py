"""A webhook body to the updates it holds: all of them, whatever shape it has.

`updates(body)` is total: it never raises, and what the bytes said is in some update's `raw`,
`contact`, `thread` or `envelope`.
"""

import base64
from collections.abc import Iterator
from typing import Any

from functions.core.whatsapp.contacts import Contacts, profile_of
from functions.core.whatsapp.explode import Piece, Value, explode
from functions.core.whatsapp.facts import facts_of, kind_of, unknown_of
from functions.core.whatsapp.keys import key_of, message_id, own_time_ms
from functions.core.whatsapp.model import Unknown, Update, UpdateKind
from functions.core.whatsapp.parse import UnparsableError, parse
from functions.core.whatsapp.people import identity_change, joined, known_as, people
from functions.core.whatsapp.reading import canonical, moment_ms, phone_number_id


def updates(body: bytes) -> list[Update]:
    try:
        document = parse(body)
    except UnparsableError:
        return [_unparsed(body)]
    found = [update for part in explode(document.value) for update in _updates(part)]
    return found if document.faithful else [*found, _unparsed(body)]


def _updates(part: Piece | Value) -> Iterator[Update]:
    if isinstance(part, Piece):
        yield _update(part, None)
        return
    contacts = Contacts(part)
    for piece in part.pieces:
        yield _update(piece, contacts)
    unused = contacts.unused()
    rest = {**part.rest, "contacts": unused} if unused else part.rest
    if rest:
        yield _update(Piece(place=part.place, raw=dict(rest), odd=True), None)


def _update(piece: Piece, contacts: Contacts | None) -> Update:
    who = people(piece)
    contact = contacts.of(who.person) if contacts and isinstance(piece.raw, dict) else None
    person = joined(who.person, known_as(contact)) if contact else who.person
    number_id = phone_number_id(piece.place.metadata.get("phone_number_id"))
    aliases = who.group or person
    kind = kind_of(piece) if aliases and number_id else UpdateKind.ACCOUNT
    own_ms = own_time_ms(piece)
    return Update(
        kind=kind,
        field=piece.place.field,
        element=piece.element,
        key=key_of(piece, who.person),
        at_ms=(moment_ms(piece.place.time) or 0) if own_ms is None else own_ms,
        waba_id=piece.place.waba_id,
        phone_number_id=number_id,
        raw=piece.raw,
        contact=contact,
        thread=piece.thread,
        envelope=piece.place.envelope,
        unknown=unknown_of(piece),
        aliases=aliases,
        author=person if who.group else (),
        by_business=who.by_business,
        profile=profile_of(contact) if contact else None,
        identity_change=identity_change(piece, who.person),
        message_id=message_id(piece),
        **facts_of(piece, kind, by_business=who.by_business),
    )


def _unparsed(body: bytes) -> Update:
    raw: dict[str, Any]
    try:
        raw = {"unparsed": body.decode("utf-8")}
    except UnicodeDecodeError:
        raw = {"unparsed_base64": base64.b64encode(body).decode()}
    return Update(
        kind=UpdateKind.ACCOUNT,
        field="",
        element="",
        key=canonical(raw),
        at_ms=0,
        waba_id="",
        phone_number_id=None,
        raw=raw,
        unknown=Unknown.BODY,
    )
