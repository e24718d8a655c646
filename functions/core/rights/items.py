"""Rights requests as items of the table `compliance`. Pure.

RIGHTS#<id>/REQUEST                 the request
RIGHTS#<id>/STEP#<ms>#<version>     what was done to it
RIGHTS#<id>/CORRECTION#<node>#<what>  what it corrected
RIGHTSOPEN#<right>#<key>/OPEN       that a person has an open one of this right
"""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.rights.model import (
    Deed,
    Pause,
    Request,
    Right,
    Source,
    State,
    Step,
    request_key,
)
from functions.core.runtime.records import Item, Key

LISTED = "RIGHTS"

_ENUMS: Mapping[str, type[StrEnum]] = {
    "right": Right,
    "source": Source,
    "state": State,
    "paused_in": State,
}
_FIELDS = tuple(each.name for each in fields(Request) if each.name != "id")


# beside a request: what it corrected at which alias
CORRECTION = "CORRECTION#"


def place(request_id: str) -> Key:
    return Key(f"RIGHTS#{request_id}", "REQUEST")


def step_place(request_id: str, step: Step, version: int) -> Key:
    return Key(f"RIGHTS#{request_id}", f"STEP#{step.at_ms:013d}#{version:06d}")


def open_place(right: Right, name: str) -> Key:
    return Key(f"RIGHTSOPEN#{right.value}#{name}", "OPEN")


def request_item(request: Request) -> Item:
    """What is empty is left out. `key` names the content key of what is sealed in it."""
    told = {name: _plain(getattr(request, name)) for name in _FIELDS}
    item = {name: value for name, value in told.items() if value not in (None, "", False, [], {})}
    return {
        **item,
        "key": request_key(request.id),
        "listed": LISTED,
        "listed_at": listed_at(request),
        **_due(request),
    }


def listed_at(request: Request) -> str:
    return f"{request.filed_ms:013d}#{request.id}"


def request_from(item: Item) -> Request:
    told = {name: item[name] for name in _FIELDS if name in item}
    for name, kind in _ENUMS.items():
        if name in told:
            told[name] = kind(told[name])
    told["pauses"] = tuple(Pause(**pause) for pause in told.get("pauses", ()))
    for name in ("purposes", "opens"):
        told[name] = tuple(told.get(name, ()))
    return Request(id=item["pk"].removeprefix("RIGHTS#"), **told)


def step_item(request_id: str, step: Step) -> Item:
    told = {name: _plain(value) for name, value in vars(step).items()}
    return {**{k: v for k, v in told.items() if v != ""}, "key": request_key(request_id)}


def step_from(item: Item) -> Step:
    return Step(
        at_ms=item["at_ms"],
        deed=Deed(item["deed"]),
        by=item.get("by", ""),
        state=State(item["state"]),
        reason=item.get("reason", ""),
    )


def _due(request: Request) -> Mapping[str, str]:
    """Its own time runs once it is over."""
    if request.finished_ms is None or not request.is_over:
        return {}
    return due_attributes(
        DataKind.REQUEST,
        request.id,
        request.finished_ms,
        by=request.contact_id.partition("~")[0],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Pause):
        return {name: told for name, told in vars(value).items() if told is not None}
    if isinstance(value, Mapping):
        return dict(value)
    return value
