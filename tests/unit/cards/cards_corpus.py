"""Texts with and without card numbers, and how to tell whether one was masked as it should be."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.core.cards.alphabet import MARK, plain

_FOLDER = Path(__file__).parent
_NEITHER_DIGIT_NOR_MARK = re.compile(f"[^0-9{MARK}]")


@dataclass(frozen=True)
class Positive:
    form: str
    number: str
    text: str
    code: str = ""

    @property
    def masked_number(self) -> str:
        return self.number[:6] + MARK * (len(self.number) - 10) + self.number[-4:]


@dataclass(frozen=True)
class Negative:
    kind: str
    text: str


def positives() -> list[Positive]:
    return [Positive(**one) for one in _read("positives")]


def negatives() -> list[Negative]:
    return [Negative(one["kind"], text) for one in _read("negatives") for text in one["texts"]]


def digits(text: str) -> str:
    """Digits of any script, and marks."""
    return _NEITHER_DIGIT_NOR_MARK.sub("", plain(text))


def is_well_masked(positive: Positive, text: str) -> bool:
    left = digits(text)
    return (
        positive.masked_number in left
        and positive.number not in left
        and len(text) == len(positive.text)
        and not (positive.code and positive.code in left)
    )


def _read(name: str) -> Any:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))[name]
