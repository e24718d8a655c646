"""Entries read strictly: each is one line of canonical JSON with the fields of the format.

Written for a million of them: one expression takes what most entries are, without a parser. What it
does not take is parsed and looked at field by field, to the same end.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from functions.core.audit.model import FORMAT
from functions.core.audit.vocabulary import Action, Outcome

SEQUENCER = "sequencer"


class Entry(NamedTuple):
    """What a check needs. `facts`: of the log's own entries only."""

    writer: str
    seq: int
    prev: str
    at: str
    action: str
    facts: dict[str, Any] | None


_WRITER = re.compile(r"sequencer|[a-z][a-z0-9_]{0,63}\.[1-9][0-9]{0,17}", re.ASCII)
_PREV = re.compile(r"(?:[0-9a-f]{64})?", re.ASCII)
_AT = re.compile(r"2\d{3}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII)
_ACTION = re.compile(r"[a-z]+:[a-z]+:[a-z]+", re.ASCII)
_OUTCOMES = frozenset(each.value for each in Outcome)
_NEEDED = frozenset(("v", "writer", "seq", "prev", "at", "action", "by", "outcome"))
_TEXTS = ("what", "purpose", "request")
_KNOWN = _NEEDED | {"on", "facts", *_TEXTS}
_ACTOR = frozenset(("kind", "id", "role", "network"))

# text that JSON has in it as it is, and what facts hold beside it
_TEXT = r'"[ !#-\[\]-~]++"'
_FACT = rf'"[a-z_]+":(?:{_TEXT}|-?[1-9][0-9]{{0,17}}|0|true|false|null)'
_USUAL = re.compile(
    rf"""
    \{{"action":"((?!log:)[a-z]+:[a-z]+:[a-z]+)"
    ,"at":"((2\d{{3}}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{{3}}Z)"
    ,"by":\{{"id":{_TEXT},"kind":{_TEXT}(?:,"network":{_TEXT})?(?:,"role":{_TEXT})?\}}
    (?:,"facts":\{{({_FACT}(?:,{_FACT})*+)\}})?
    (?:,"on":\[{_TEXT}(?:,{_TEXT})*+\])?
    ,"outcome":"(?:{"|".join(sorted(_OUTCOMES))})"
    ,"prev":"((?:[0-9a-f]{{64}})?)"
    (?:,"purpose":{_TEXT})?(?:,"request":{_TEXT})?
    ,"seq":(0|[1-9][0-9]{{0,17}})
    ,"v":{FORMAT}
    (?:,"what":{_TEXT})?
    ,"writer":"([a-z][a-z0-9_]{{0,63}}\.[1-9][0-9]{{0,17}})"\}}
    """.replace("\n    ", ""),
    re.ASCII,
)
_NAMES = re.compile(r'"([a-z_]+)":')


def parsed(bundle: Sequence[bytes]) -> list[Entry | str]:
    """Of each entry what a check needs, or the reason why it is malformed."""
    return [usual(entry) or unusual(entry) for entry in bundle]


def usual(entry: bytes) -> Entry | None:
    """None: not at first sight."""
    match = _USUAL.fullmatch(entry.decode("latin-1"))
    if match is None:
        return None
    action, at, day, facts, previous, number, writer = match.groups()
    if not _is_day(day) or (facts and not _are_sorted(tuple(_NAMES.findall(facts)))):
        return None
    return Entry(writer, int(number), previous, at, action, None)


def unusual(entry: bytes) -> Entry | str:
    try:
        told = json.loads(entry.decode("ascii"))
        again = json.dumps(told, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return "is not JSON in ASCII"
    if not isinstance(told, dict) or again.encode() != entry:
        return "is not one JSON object, sorted and without spaces"
    return flaw(told) or Entry(
        told["writer"],
        told["seq"],
        told["prev"],
        told["at"],
        told["action"],
        told.get("facts", {}) if told["writer"] == SEQUENCER else None,
    )


def flaw(told: dict[str, Any]) -> str:
    """What is wrong with the fields, `""` if nothing is."""
    if not _NEEDED <= told.keys() <= _KNOWN:
        return "lacks a field or has one too many"
    found = _flaw_of_chain(told) or _flaw_of_facts(told)
    return found or (_flaw_of_log(told) if told["writer"] == SEQUENCER else "")


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
    if type(by) is not dict or not by.keys() <= _ACTOR or not _are_texts(by.values()):
        return "does not say by whom"
    if type(on) is not list or not on or not _are_texts(on):
        return "does not say on whom"
    return "" if type(facts) is dict and facts else "has facts that are none"


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


@lru_cache(maxsize=4096)
def _are_sorted(names: tuple[str, ...]) -> bool:
    return list(names) == sorted(set(names))


def _are_counts(*values: Any) -> bool:
    return all(type(value) is int and 0 <= value < 1 << 63 for value in values)


def _are_texts(values: Any) -> bool:
    return {*map(type, values)} <= {str} and "" not in values
