"""Bodies of webhooks: wrapping values, taking them apart, putting them together again.

A body is {"object", "entry": [{"id", "changes": [{"field", "value"}]}]}; a value holds arrays of
updates. Meta may regroup updates when it delivers again, so `split` and `join` keep every update
and promise nothing else.
"""

import itertools
from collections.abc import Iterable, Iterator

from sandbox.wire import Json

# the arrays of a value whose elements are updates of their own
UPDATE_ARRAYS = (
    "messages", "statuses", "errors", "message_echoes", "history", "state_sync",
    "user_preferences", "calls", "groups",
)  # fmt: skip
_OBJECT = "whatsapp_business_account"


def wrap(waba_id: str, value: Json, field: str = "messages") -> Json:
    return _body(waba_id, {"value": value, "field": field})


def changes(body: object) -> Iterator[tuple[str, Json]]:
    """Every change with the id of its entry; what has another shape is passed over."""
    for entry in _objects(body, "entry"):
        for change in _objects(entry, "changes"):
            yield str(entry.get("id")), change


def split(body: Json) -> list[Json]:
    """One body for each update; a value without known arrays stays whole.

    Empty for what has no changes at all.
    """
    return [
        _body(waba_id, change | {"value": value})
        for waba_id, change in changes(body)
        for value in _values(change.get("value"))
    ]


def join(bodies: Iterable[Json]) -> Json:
    """One body with all updates, neighbours that fit together in the same value."""
    entries: list[Json] = []
    for waba_id, change in itertools.chain.from_iterable(map(changes, bodies)):
        if not entries or entries[-1]["id"] != waba_id:
            entries.append({"id": waba_id, "changes": []})
        merged = _merged(entries[-1]["changes"][-1:], change)
        if merged is None:
            entries[-1]["changes"].append(change)
        else:
            entries[-1]["changes"][-1] = merged
    return {"object": _OBJECT, "entry": entries}


def groups(bodies: list[Json], size: int) -> list[Json]:
    return [join(bodies[i : i + size]) for i in range(0, len(bodies), size)]


def _objects(value: object, key: str) -> list[Json]:
    items = value.get(key) if isinstance(value, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _body(waba_id: str, change: Json) -> Json:
    return {"object": _OBJECT, "entry": [{"id": waba_id, "changes": [change]}]}


def _values(value: object) -> Iterator[object]:
    arrays = _arrays(value)
    if not isinstance(value, dict) or not arrays:
        yield value
        return
    rest = {key: part for key, part in value.items() if key not in arrays and key != "contacts"}
    for name in arrays:
        for update in value[name]:
            contacts = _contacts_of(update, value.get("contacts"))
            yield rest | ({"contacts": contacts} if contacts else {}) | {name: [update]}


def _arrays(value: object) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [name for name in UPDATE_ARRAYS if isinstance(value.get(name), list) and value[name]]


def _contacts_of(update: object, contacts: object) -> list[Json]:
    """The contacts that belong to an update; all when none can be told to."""
    if not isinstance(contacts, list) or not isinstance(update, dict):
        return []
    names = {
        update.get(key) for key in ("from", "from_user_id", "recipient_id", "recipient_user_id")
    } - {None}
    own = [c for c in contacts if {c.get("wa_id"), c.get("user_id")} & names]
    return own or contacts


def _merged(last: list[Json], change: Json) -> Json | None:
    """`change` added to the change before it; None where they differ in more than updates."""
    if not last or last[0].get("field") != change.get("field"):
        return None
    before, after = last[0].get("value"), change.get("value")
    names = {*_arrays(before), *_arrays(after), "contacts"}
    if not _arrays(before) or not _arrays(after) or _rest(before, names) != _rest(after, names):
        return None
    arrays = {
        name: [*(before.get(name) or ()), *(after.get(name) or ())]  # type: ignore[union-attr]  # _arrays saw dicts
        for name in names
    }
    arrays["contacts"] = _distinct(arrays["contacts"])
    return change | {
        "value": _rest(before, names) | {name: part for name, part in arrays.items() if part}
    }


def _rest(value: object, without: set[str]) -> Json:
    items = value.items() if isinstance(value, dict) else ()
    return {key: part for key, part in items if key not in without}


def _distinct(contacts: list[Json]) -> list[Json]:
    return [contact for i, contact in enumerate(contacts) if contact not in contacts[:i]]
