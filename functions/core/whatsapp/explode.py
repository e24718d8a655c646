"""A webhook taken apart: every element of every array of every value of every change.

Nothing is dropped. What is no array element (an account event, an array that is empty, a null, a
field nobody heard of) comes out as a piece of its own, so that all pieces together say what the
webhook said. Only Meta's fixed frame (ids, field, metadata) is not repeated: see `Place`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from functions.core.whatsapp.reading import elements, mapping, text

HISTORY_MESSAGE = "history_message"

# Arrays of independent updates. Any other array is taken apart only beside `messaging_product`
# or `metadata`: in account events an array is one part of one statement.
_ARRAYS = {
    "messages": "messages",
    "statuses": "messages",
    "message_echoes": "smb_message_echoes",
    "history": "history",
    "state_sync": "smb_app_state_sync",
    "user_preferences": "user_preferences",
    "user_id_update": "user_id_update",
    "calls": "calls",
    "groups": "group_lifecycle_update",
    "automatic_events": "automatic_events",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a piece stood. `envelope` holds the frame as it was written."""

    waba_id: str = ""
    field: str = ""
    time: Any = None
    envelope: Mapping[str, Any] = attribute(default_factory=dict)

    @property
    def metadata(self) -> Mapping[str, Any]:
        return mapping(self.envelope.get("metadata"))


@dataclass(frozen=True, kw_only=True)
class Piece:
    """`element`: the array it stood in, or "". `thread`: of a history message, what frames it.

    `odd`: it stood where Meta's format has nothing, or nothing of its kind.
    """

    place: Place
    element: str = ""
    raw: Any
    thread: Mapping[str, Any] | None = None
    odd: bool = False


@dataclass(frozen=True, kw_only=True)
class Value:
    """One change's value: its elements, the contacts written beside them, and the rest."""

    place: Place
    pieces: list[Piece]
    contacts: list[Any]
    rest: Mapping[str, Any]


def explode(document: Any) -> Iterator[Piece | Value]:
    entries = elements(mapping(document).get("entry"))
    if entries:
        frame, rest = _framed(document, scalars=("object",), parts=("entry",))
        for entry in entries:
            yield from _entry(entry, frame)
        yield from _left(Place(envelope=frame), rest)
    elif isinstance(document, dict) and "entry" not in document and _is_bare(document):
        yield from _bare(document)
    else:
        yield Piece(place=Place(), raw=document, odd=True)


def _is_bare(document: Mapping[str, Any]) -> bool:
    return "value" in document or bool(document.keys() & (_ARRAYS.keys() | {"metadata"}))


def _bare(document: dict[str, Any]) -> Iterator[Piece | Value]:
    """A change or a value without its entry: Meta's dashboard and some of its pages send those."""
    if isinstance(document.get("value"), dict):
        yield from _change(document, Place())
    else:
        name = next((name for name in _ARRAYS if name in document), "")
        yield from _value(document, Place(field=_ARRAYS.get(name, "")))


def _entry(entry: Any, outer: Mapping[str, Any]) -> Iterator[Piece | Value]:
    changes = elements(mapping(entry).get("changes"))
    if not changes:
        yield Piece(place=Place(envelope=outer), raw=entry, odd=True)
        return
    frame, rest = _framed(entry, scalars=("id", "time", "field", "object"), parts=("changes",))
    place = Place(
        waba_id=text(frame.get("id")),
        field=text(frame.get("field")),
        time=frame.get("time"),
        envelope={**outer, "entry": frame},
    )
    for change in changes:
        yield from _change(change, place)
    yield from _left(place, rest)


def _change(change: Any, outer: Place) -> Iterator[Piece | Value]:
    if not isinstance(mapping(change).get("value"), dict):
        name = text(mapping(change).get("field")) or outer.field
        yield Piece(place=_within(outer, {}, field=name), raw=change, odd=True)
        return
    frame, rest = _framed(change, scalars=("field",), parts=("value",))
    place = _within(outer, frame, field=text(frame.get("field")) or outer.field)
    yield from _value(change["value"], place)
    yield from _left(place, rest)


def _value(value: dict[str, Any], outer: Place) -> Iterator[Piece | Value]:
    frame, rest = _framed(value, scalars=("messaging_product",), parts=("metadata",))
    metadata, more = _framed(
        value.get("metadata"), scalars=("phone_number_id", "display_phone_number"), parts=()
    )
    if "metadata" in value and (more or not isinstance(value["metadata"], dict)):
        rest = {**rest, "metadata": value["metadata"]}
    place = _within(outer, {**frame, "metadata": metadata}, field=outer.field)
    named = [name for name in rest if _is_array_of_updates(name, value)]
    if not named:
        yield Piece(place=place, raw=value)
        return
    pieces = [piece for name in named for piece in _elements(name, value[name], place)]
    contacts = rest["contacts"] if isinstance(rest.get("contacts"), list) else []
    covered = {*named, "contacts"} if contacts else set(named)
    yield Value(
        place=place,
        pieces=pieces,
        contacts=contacts,
        rest={name: part for name, part in rest.items() if name not in covered},
    )


def _is_array_of_updates(name: str, value: Mapping[str, Any]) -> bool:
    framed = "messaging_product" in value or "metadata" in value
    known = name in _ARRAYS or (framed and name != "contacts")
    return known and isinstance(value[name], list) and bool(value[name])


def _elements(name: str, array: list[Any], place: Place) -> Iterator[Piece]:
    for raw in array:
        if name == "history":
            yield from _chunk(raw, place)
        elif name == "messages" and place.field == "history":
            yield Piece(place=place, element=HISTORY_MESSAGE, raw=raw)
        else:
            yield Piece(place=place, element=name, raw=raw)


def _chunk(chunk: Any, place: Place) -> Iterator[Piece]:
    """A chunk of history: its messages one by one, then what it says about itself."""
    kept: list[Any] = []
    threads = elements(mapping(chunk).get("threads"))
    for thread in threads:
        messages = elements(mapping(thread).get("messages"))
        if not messages:
            kept.append(thread)
        about = {name: part for name, part in mapping(thread).items() if name != "messages"}
        for raw in messages:
            yield Piece(place=place, element=HISTORY_MESSAGE, raw=raw, thread=about)
    if len(kept) == len(threads):
        yield Piece(place=place, element="history", raw=chunk)
        return
    rest = {name: part for name, part in chunk.items() if name != "threads"}
    if kept:
        rest["threads"] = kept
    if rest:
        yield Piece(place=place, element="history", raw=rest)


def _framed(
    value: Any, *, scalars: tuple[str, ...], parts: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields of Meta's frame with plain values, and everything else but `parts`."""
    frame: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, part in mapping(value).items():
        if name in scalars and text(part):
            frame[name] = part
        elif name not in parts:
            rest[name] = part
    return frame, rest


def _within(outer: Place, frame: Mapping[str, Any], *, field: str) -> Place:
    envelope = {**outer.envelope, **frame}
    return Place(waba_id=outer.waba_id, field=field, time=outer.time, envelope=envelope)


def _left(place: Place, rest: Mapping[str, Any]) -> Iterator[Piece]:
    if rest:
        yield Piece(place=place, raw=rest, odd=True)
