"""Entries read strictly: each is one line of canonical JSON with the fields of the format.

Written for a million of them: what repeats from entry to entry is looked at once.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from functions.core.audit.model import FORMAT
from functions.core.audit.vocabulary import Action, Outcome

SEQUENCER = "sequencer"

_WRITER = re.compile(r"sequencer|[a-z][a-z0-9_]{0,63}\.[1-9][0-9]{0,17}", re.ASCII)
_PREV = re.compile(r"(?:[0-9a-f]{64})?", re.ASCII)
_AT = re.compile(r"2\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII)
_ACTION = re.compile(r"[a-z]+:[a-z]+:[a-z]+", re.ASCII)
_OUTCOMES = frozenset(each.value for each in Outcome)
_NEEDED = frozenset(("v", "writer", "seq", "prev", "at", "action", "by", "outcome"))
_TEXTS = ("what", "purpose", "request")
_KNOWN = _NEEDED | {"on", "facts", *_TEXTS}
_ACTOR = frozenset(("kind", "id", "role", "network"))

_decoded = json.JSONDecoder().raw_decode
_encoded = json.JSONEncoder(separators=(",", ":")).encode


def parsed(bundle: Sequence[bytes]) -> list[dict[str, Any] | str]:
    """Of each entry its fields, or the reason why it is malformed."""
    found = [_one(entry) for entry in bundle]
    told = [each for each in found if isinstance(each, dict)]
    # JSON values end where they end: if all of them together are compact, each one is
    if len(told) == len(found) and _compact(told) == b"[%b]" % b",".join(bundle):
        return [flaw(each) or each for each in told]
    return [
        each if isinstance(each, str) else _spread(entry, each) or flaw(each) or each
        for entry, each in zip(bundle, found, strict=True)
    ]


def _one(entry: bytes) -> dict[str, Any] | str:
    try:
        text = entry.decode("ascii")
        told, end = _decoded(text)
    except (ValueError, RecursionError):
        return "is not JSON in ASCII"
    return told if isinstance(told, dict) and end == len(text) else "is not one JSON object"


def _compact(told: Any) -> bytes:
    return _encoded(told).encode()


def _spread(entry: bytes, told: dict[str, Any]) -> str:
    """Also what has a key twice: reading keeps one of them."""
    return "" if _compact(told) == entry else "is not JSON without spaces, each key once"


def flaw(told: dict[str, Any]) -> str:
    """What is wrong with the fields, `""` if nothing is."""
    found = _flaw_of_shape(tuple(told)) or _flaw_of_chain(told) or _flaw_of_facts(told)
    return found or (_flaw_of_log(told) if told["writer"] == SEQUENCER else "")


@lru_cache(maxsize=4096)
def _flaw_of_shape(names: tuple[str, ...]) -> str:
    if not _NEEDED <= set(names) <= _KNOWN:
        return "lacks a field or has one too many"
    return "" if _are_sorted(names) else "has keys that are not sorted"


def _flaw_of_chain(told: dict[str, Any]) -> str:
    number, at, previous = told["seq"], told["at"], told["prev"]
    if told["v"] != FORMAT or type(told["v"]) is not int:
        return f"is not of version {FORMAT}"
    if type(number) is not int or number < 0:
        return "has no number"
    if type(previous) is not str or not _PREV.fullmatch(previous):
        return "has no hash of the entry before it"
    if type(at) is not str or not _AT.fullmatch(at) or not _is_day(at[:10]):
        return "has no time"
    texts = [told["writer"], told["action"], told["outcome"]]
    texts += [told[name] for name in _TEXTS if name in told]
    return _flaw_of_names(*texts[:3]) if _are_texts(texts) else "has a field that is no text"


@lru_cache(maxsize=4096)
def _flaw_of_names(writer: str, action: str, outcome: str) -> str:
    if not _WRITER.fullmatch(writer):
        return "names no writer"
    if not _ACTION.fullmatch(action):
        return "has no action"
    if (writer == SEQUENCER) != action.startswith("log:"):
        return "tells of the log, as the sequencer alone may, or is the sequencer's and does not"
    return "" if outcome in _OUTCOMES else "has no outcome of the list"


def _flaw_of_facts(told: dict[str, Any]) -> str:
    by, on, facts = told["by"], told.get("on", ["-"]), told.get("facts", {"-": "-"})
    if type(by) is not dict or not _is_actor(tuple(by)) or not _are_texts(by.values()):
        return "does not say by whom"
    if type(on) is not list or not on or not _are_texts(on):
        return "does not say on whom"
    if type(facts) is not dict or not facts:
        return "has facts that are none"
    return "" if _is_sorted(facts) else "has keys that are not sorted"


def _flaw_of_log(told: dict[str, Any]) -> str:
    facts = told.get("facts", {})
    if told["action"] == Action.LOG_WRITER_OPENED:
        function, number = facts.get("function"), facts.get("number")
        is_writer = type(number) is int and _WRITER.fullmatch(f"{function}.{number}")
        return "" if is_writer else "tells of no writer"
    if told["action"] != Action.LOG_BATCH_SEALED:
        return ""
    counts = facts.get("writers", {})
    if type(counts) is not dict or not _are_counts(facts.get("entries"), *counts.values()):
        return "does not say what the batch holds"
    return ""


@lru_cache(maxsize=4096)
def _is_day(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=256)
def _is_actor(names: tuple[str, ...]) -> bool:
    return set(names) <= _ACTOR and _are_sorted(names)


@lru_cache(maxsize=4096)
def _are_sorted(names: tuple[str, ...]) -> bool:
    return list(names) == sorted(names)


def _is_sorted(value: Any) -> bool:
    """All keys within; what could be read is not too deep for this."""
    if type(value) is dict:
        return _are_sorted(tuple(value)) and all(map(_is_sorted, value.values()))
    return type(value) is not list or all(map(_is_sorted, value))


def _are_counts(*values: Any) -> bool:
    return all(type(value) is int and 0 <= value < 1 << 63 for value in values)


def _are_texts(values: Any) -> bool:
    return {*map(type, values)} <= {str} and "" not in values
