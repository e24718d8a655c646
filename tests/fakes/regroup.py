"""Webhooks taken apart and put together again in other groups, as Meta's redelivery does."""

import json
import random
from collections.abc import Iterable
from typing import Any


def changes_of(payloads: Iterable[Any]) -> list[tuple[str, Any]]:
    """(head of its entry as JSON, change) for every change that stands in an entry."""
    return [
        (json.dumps({k: v for k, v in entry.items() if k != "changes"}, sort_keys=True), change)
        for payload in payloads
        if isinstance(payload, dict) and isinstance(payload.get("entry"), list)
        for entry in payload["entry"]
        if isinstance(entry, dict) and isinstance(entry.get("changes"), list)
        for change in entry["changes"]
    ]


def regrouped(
    payloads: Iterable[Any], *, seed: int, size: int, times: int = 1
) -> list[dict[str, Any]]:
    """Everything `times` over, shuffled, `size` changes to a body, entries of one head joined."""
    changes = changes_of(payloads) * times
    random.Random(seed).shuffle(changes)  # noqa: S311 (reproducible, not secret)
    return [_body(changes[start : start + size]) for start in range(0, len(changes), size)]


def _body(changes: list[tuple[str, Any]]) -> dict[str, Any]:
    entries: dict[str, dict[str, Any]] = {}
    for head, change in changes:
        entries.setdefault(head, {**json.loads(head), "changes": []})["changes"].append(change)
    return {"object": "whatsapp_business_account", "entry": list(entries.values())}
