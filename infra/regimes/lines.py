"""Where in a TOML file something stands: the parser of the standard library does not say.

Keys are found at the start of a line, so files of policies hold no texts of several lines.
"""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.processes import ROOT
from infra.regimes.errors import PolicyError

_HEADER = re.compile(r"\[(\[)?\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"([\w-]+)(?:\.[\w-]+)*\s*=")

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A file with its values and their lines. `name`: as messages name it."""

    name: str
    values: dict[str, Any]
    lines: dict[Place, int]

    def at(self, *place: str | int) -> str:
        """`file:line` of a table or key, such as ("retention", 1, "least"), or of what holds it."""
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.name}:{self.lines.get(place, 1)}"

    def error(self, complaint: str, *place: str | int) -> PolicyError:
        return PolicyError(f"{self.at(*place)}: {complaint}")


def read(path: Path) -> Document:
    name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
    text = path.read_text(encoding="utf-8")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name}: {error}") from error
    return Document(name=name, values=values, lines=_lines(text))


def _lines(text: str) -> dict[Place, int]:
    found: dict[Place, int] = {}
    counted: Counter[str] = Counter()
    table: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            listed, name = header.groups()
            table = tuple(name.split("."))
            if listed:
                table = (*table, counted[name])
                counted[name] += 1
            found[table] = number
        elif key := _KEY.match(line):
            found[(*table, key.group(1))] = number
    return found
