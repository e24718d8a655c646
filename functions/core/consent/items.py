"""Consent as items of a table: states by alias, events under them, requests by their own id."""

from collections.abc import Mapping
from typing import Any

from functions.core.consent.model import Cell, Event, Mark, Notice, State
from functions.core.consent.vocabulary import Kind, Method, Purpose, Strength
from functions.core.conversations.model import moment
from functions.core.retention.due import due_attributes
from functions.core.retention.kinds import DataKind
from functions.core.runtime.records import Item, Key, digest_of


def state_key(node: str) -> Key:
    return Key(f"CONSENT#{node}", "STATE")


def event_key(event: Event) -> Key:
    return event_place(event.node, event.at_ms, event.id)


def event_place(node: str, at_ms: int, name: str) -> Key:
    return Key(state_key(node).pk, f"EVENT#{moment(at_ms, name)}")


def state_item(state: State) -> dict[str, Any]:
    """Attributes with `digest`; what is empty is left out, so that a state stays below 1 KB."""
    told = {
        "cells": {purpose.value: _cell_item(cell) for purpose, cell in state.cells.items()},
        "restriction": list(state.restriction) if state.restriction else None,
    }
    return {**told, "digest": digest_of(told)}


def state_due(state: State, node: str) -> dict[str, str]:
    """What is known at an alias is kept from its last event on, or the end of what is valid."""
    return due_attributes(DataKind.CONSENT, node, latest_ms(state), by=node)


def latest_ms(state: State) -> int:
    """The last event, or the end of the longest validity; epoch ms."""
    marks = [mark for cell in state.cells.values() for mark in cell.marks]
    ends = [mark.until_ms for mark in marks if mark.until_ms is not None]
    restricted = [state.restriction[0]] if state.restriction else []
    return max([*(mark.at_ms for mark in marks), *ends, *restricted], default=0)


def state_from(item: Mapping[str, Any] | None) -> State:
    if item is None or "cells" not in item:
        return State()
    restriction = item.get("restriction")
    return State(
        cells={Purpose(name): _cell_from(cell) for name, cell in item["cells"].items()},
        restriction=(restriction[0], restriction[1]) if restriction else None,
    )


def event_item(event: Event, *, key: str, recorded_ms: int) -> Item:
    """`key`: the content key that `evidence` is sealed under."""
    return {
        "kind": event.kind.value,
        "purpose": event.purpose.value,
        "id": event.id,
        "at_ms": event.at_ms,
        "method": event.method.value,
        "by": event.by,
        "recorded_ms": recorded_ms,
        "key": key,
        "evidence": dict(event.evidence),
        **({"strength": int(event.strength)} if event.strength else {}),
        **({"until_ms": event.until_ms} if event.until_ms is not None else {}),
        **({"notice": vars(event.notice)} if event.notice else {}),
        **({"request": event.request} if event.request else {}),
        **({"reason": event.reason} if event.reason else {}),
    }


def event_from(item: Item) -> Event:
    """`evidence` is empty once its key was destroyed."""
    notice = item.get("notice")
    return Event(
        id=item["id"],
        kind=Kind(item["kind"]),
        purpose=Purpose(item["purpose"]),
        node=item["pk"].removeprefix("CONSENT#"),
        at_ms=item["at_ms"],
        method=Method(item["method"]),
        by=item["by"],
        strength=Strength(item["strength"]) if "strength" in item else None,
        until_ms=item.get("until_ms"),
        notice=Notice(**notice) if notice else None,
        request=item.get("request", ""),
        reason=item.get("reason", ""),
        evidence=item.get("evidence", {}),
    )


def _cell_item(cell: Cell) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if cell.against:
        told["against"] = {node: _mark_item(mark) for node, mark in cell.against.items()}
    if cell.given:
        told["given"] = {str(int(s)): _mark_item(mark) for s, mark in cell.given.items()}
    if cell.asked:
        told["asked"] = _mark_item(cell.asked)
    return told


def _cell_from(told: Mapping[str, Any]) -> Cell:
    asked = told.get("asked")
    against = {node: _mark_from(mark) for node, mark in told.get("against", {}).items()}
    given = {Strength(int(s)): _mark_from(mark) for s, mark in told.get("given", {}).items()}
    return Cell(against, given, _mark_from(asked) if asked else None)


def _mark_item(mark: Mark) -> dict[str, Any]:
    told = {"at_ms": mark.at_ms, "id": mark.id, "kind": mark.kind.value}
    if mark.until_ms is not None:
        told["until_ms"] = mark.until_ms
    return {**told, "request": mark.request} if mark.request else told


def _mark_from(told: Mapping[str, Any]) -> Mark:
    return Mark(
        at_ms=told["at_ms"],
        id=told["id"],
        kind=Kind(told["kind"]),
        until_ms=told.get("until_ms"),
        request=told.get("request", ""),
    )
