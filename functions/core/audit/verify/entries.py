"""Entries read strictly: each is one line of canonical JSON with the fields of the format."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from functions.core.audit.model import FORMAT
from functions.core.audit.vocabulary import Action, Outcome

SEQUENCER = "sequencer"

_WRITER = re.compile(r"sequencer|[a-z][a-z0-9_]{0,63}\.[1-9][0-9]{0,17}", re.ASCII)
_PREV = re.compile(r"(?:[0-9a-f]{64})?", re.ASCII)
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_ACTION = re.compile(r"[a-z]+:[a-z]+:[a-z]+", re.ASCII)
_OUTCOMES = frozenset(each.value for each in Outcome)
_NEEDED = frozenset(("v", "writer", "seq", "prev", "at", "action", "by", "outcome"))
_TEXTS = ("what", "purpose", "request")
_KNOWN = _NEEDED | {"on", "facts", *_TEXTS}
_ACTOR = frozenset(("kind", "id", "role", "network"))

_encoded = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def parsed(bundle: Sequence[bytes]) -> list[dict[str, Any] | str]:
    """Of each entry its fields, or the reason why it is malformed."""
    found = [_one(entry) for entry in bundle]
    told = [each for each in found if isinstance(each, dict)]
    # JSON values end where they end: if all of them together are canonical, each one is
    if len(told) == len(found) and _encoded(told).encode() == b"[%b]" % b",".join(bundle):
        return [flaw(each) or each for each in told]
    return [
        each if isinstance(each, str) else _canonical(entry, each) or flaw(each) or each
        for entry, each in zip(bundle, found, strict=True)
    ]


def _one(entry: bytes) -> dict[str, Any] | str:
    try:
        told = json.loads(entry.decode("ascii"))
    except (ValueError, RecursionError):
        return "is not JSON in ASCII"
    return told if isinstance(told, dict) else "is not a JSON object"


def _canonical(entry: bytes, told: dict[str, Any]) -> str:
    return "" if _encoded(told).encode() == entry else "is not sorted JSON without spaces"


def flaw(told: dict[str, Any]) -> str:
    """What is wrong with the fields, `""` if nothing is."""
    if not _NEEDED <= told.keys() <= _KNOWN:
        return "lacks a field or has one too many"
    if told["v"] != FORMAT or type(told["v"]) is not int:
        return f"is not of version {FORMAT}"
    found = _flaw_of_chain(told) or _flaw_of_others(told)
    return found or (_flaw_of_log(told) if told["writer"] == SEQUENCER else "")


def _flaw_of_chain(told: dict[str, Any]) -> str:
    writer, number, at, previous = told["writer"], told["seq"], told["at"], told["prev"]
    if not isinstance(writer, str) or not _WRITER.fullmatch(writer):
        return "names no writer"
    if type(number) is not int or number < 0:
        return "has no number"
    if not isinstance(previous, str) or not _PREV.fullmatch(previous):
        return "has no hash of the entry before it"
    return "" if isinstance(at, str) and _is_moment(at) else "has no time"


def _is_moment(at: str) -> bool:
    if not _AT.fullmatch(at):
        return False
    try:
        datetime.fromisoformat(at)
    except ValueError:
        return False
    return True


def _flaw_of_others(told: dict[str, Any]) -> str:
    by, action = told["by"], told["action"]
    if not isinstance(action, str) or not _ACTION.fullmatch(action):
        return "has no action"
    if (told["writer"] == SEQUENCER) != action.startswith("log:"):
        return "tells of the log, as the sequencer alone may, or is the sequencer's and does not"
    if told["outcome"] not in _OUTCOMES:
        return "has no outcome of the list"
    if not isinstance(by, dict) or not by.keys() <= _ACTOR or not _are_texts(*by.values()):
        return "does not say by whom"
    return _flaw_of_rest(told)


def _flaw_of_rest(told: dict[str, Any]) -> str:
    """Of what may be left out, but is never empty."""
    if "facts" in told and not (told["facts"] and isinstance(told["facts"], dict)):
        return "has facts that are none"
    if "on" in told and not (
        told["on"] and isinstance(told["on"], list) and _are_texts(*told["on"])
    ):
        return "does not say on whom"
    texts = [told[name] for name in _TEXTS if name in told]
    return "" if _are_texts(*texts) else "has a field that is no text"


def _flaw_of_log(told: dict[str, Any]) -> str:
    facts = told.get("facts", {})
    if told["action"] == Action.LOG_WRITER_OPENED:
        number = facts.get("number")
        is_writer = type(number) is int and _WRITER.fullmatch(f"{facts.get('function')}.{number}")
        return "" if is_writer else "tells of no writer"
    if told["action"] != Action.LOG_BATCH_SEALED:
        return ""
    counts = facts.get("writers", {})
    if not isinstance(counts, dict) or not all(
        map(_is_count, (facts.get("entries"), *counts.values()))
    ):
        return "does not say what the batch holds"
    return ""


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def _are_texts(*values: Any) -> bool:
    return all(isinstance(each, str) and each for each in values)
