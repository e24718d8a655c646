"""What became of a message: every status that was reported, and the one that counts."""

from collections.abc import Iterable, Mapping
from typing import Any

from functions.core.conversations.model import FactKind
from functions.core.conversations.read_facts import Said, first_text, moment_of, objects, text

# Statuses only climb. `failed` counts from accepted and sent only: who received it, received it.
_CLIMB = ("accepted", "sent", "failed", "delivered", "read", "played")
_RANK = {status: rank for rank, status in enumerate(_CLIMB)}

# The words of imported history that differ from those of statuses.
_HISTORY = {"error": "failed", "pending": "accepted"}

# In a group each participant has statuses of its own, whose name Meta spells in two ways.
_RECIPIENTS = (
    "recipient_participant_id",
    "participant_recipient_id",
    "recipient_id",
    "recipient_user_id",
)
_ENVELOPE = frozenset({"id", "status", "timestamp", "biz_opaque_callback_data"})


def reached(facts: Iterable[Said]) -> str | None:
    """How far the message got; None when no status says so. Unknown statuses do not count."""
    ranked = (_RANK.get(status, -1) for fact in facts for status in _claims(fact))
    best = max(ranked, default=-1)
    return _CLIMB[best] if best >= 0 else None


def _claims(fact: Said) -> list[str]:
    if fact.kind is FactKind.STATUS:
        return [(text(fact.update.get("status")) or "").lower()]
    context = fact.update.get("history_context")
    if fact.kind is FactKind.HISTORY and isinstance(context, dict):
        status = (text(context.get("status")) or "").lower()
        return [_HISTORY.get(status, status)]
    return []


def listed(facts: Iterable[Said]) -> list[dict[str, Any]]:
    """One entry for each status and recipient, in the order in which statuses climb.

    The earliest report gives the time. Meta puts price and errors into some reports of a status
    and not into others, so what the earliest lacks is taken from later ones; errors add up.
    """
    entries: dict[tuple[Any, ...], dict[str, Any]] = {}
    for fact in facts:
        if fact.is_status:
            entry = _entry(fact)
            known = entries.setdefault((entry["status"], _recipient(fact.update)), entry)
            for name, value in entry.items():
                if not known.get(name):
                    known[name] = value
            known["errors"] += [error for error in entry["errors"] if error not in known["errors"]]
    return sorted(entries.values(), key=_order)


def _entry(fact: Said) -> dict[str, Any]:
    rest = {name: value for name, value in fact.update.items() if name not in _ENVELOPE}
    return {
        **rest,
        "status": text(fact.update.get("status")),
        "timestamp": moment_of(fact.at_ms),
        "recipient_id": text(fact.update.get("recipient_id")),
        "pricing": fact.update.get("pricing"),
        "conversation": fact.update.get("conversation"),
        "errors": objects(fact.update.get("errors")),
    }


def _recipient(update: Mapping[str, Any]) -> str:
    return first_text(update, _RECIPIENTS) or ""


def _order(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    status = entry["status"] or ""
    rank = _RANK.get(status.lower(), len(_CLIMB))
    return (rank, entry["timestamp"] or "", status, _recipient(entry))
