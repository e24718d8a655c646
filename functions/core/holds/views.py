"""What the API shows of a hold. Times in RFC 3339."""

from collections.abc import Mapping
from typing import Any

from functions.core.audit.model import moment
from functions.core.holds.model import Hold, Scope

Json = dict[str, Any]


def hold_view(hold: Hold) -> Json:
    """Without its words. `archive_objects` grows until it is active, and daily after that."""
    return {
        "id": hold.id,
        "status": hold.state.value,
        "scope": _scope(hold.scope),
        "placed_by": hold.placed_by,
        "placed_at": moment(hold.placed_ms),
        "active_at": _moment(hold.active_ms),
        "aliases": len(hold.nodes),
        "keys": len(hold.keys),
        "archive_objects": hold.objects,
        "lift": {
            "asked_by": hold.asked_by,
            "asked_at": _moment(hold.asked_ms),
            "lifted_by": hold.lifted_by,
            "lifted_at": _moment(hold.lifted_ms),
        },
        "error": hold.failed_with,
    }


def opened_view(hold: Hold, words: Mapping[str, str]) -> Json:
    return {**hold_view(hold), "matter": words["matter"], "authority": words["authority"]}


def _scope(scope: Scope) -> Json:
    return {
        "kind": scope.kind.value,
        "contact_ids": list(scope.contacts),
        "phone_number_id": scope.phone_number_id,
        "incident_id": scope.incident,
        "from": _moment(scope.from_ms),
        "until": _moment(scope.until_ms),
    }


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else moment(at_ms)
