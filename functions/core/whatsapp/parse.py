"""Bytes to JSON, without ever failing and without ever changing what was written."""

import json
import math
from dataclasses import dataclass
from typing import Any

# Meta's deepest webhook nests about 15 levels. Python's JSON and whatever reads the result later
# recurse, each with its own limit; a body beyond this one is kept as text instead.
_DEEPEST = 100
_LONGEST_NUMBER = 1000  # digits; Python refuses more than 4,300, such a number stays text


@dataclass(frozen=True)
class Document:
    """`faithful`: `value` says everything the bytes said (no name written twice in an object)."""

    value: Any
    faithful: bool = True


class UnparsableError(ValueError):
    """The body is not JSON in UTF-8 that can be worked with."""


def parse(body: bytes) -> Document:
    repeated = False

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        found = dict(pairs)
        repeated = repeated or len(found) != len(pairs)
        return found

    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=collect,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=str,
        )
    except (ValueError, RecursionError):
        # The parser's message quotes the body, so it is no cause of this one.
        raise UnparsableError from None
    if _too_deep(value):
        raise UnparsableError
    return Document(value, faithful=not repeated)


def _whole(written: str) -> int | str:
    return int(written) if len(written) <= _LONGEST_NUMBER else written


def _fraction(written: str) -> float | str:
    value = float(written)
    return value if math.isfinite(value) else written


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return False
    return True
