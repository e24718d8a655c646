"""What people write who ask for their rights, and what only looks like it, with a count."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.core.rights.words import wanted
from tests.unit.consent import consent_sets

_FOLDER = Path(__file__).parent / "labelled"


def _written(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


ASKED: dict[str, dict[str, list[str]]] = _written("asked")
OTHER: dict[str, list[str]] = _written("other")


@dataclass(frozen=True)
class Score:
    """`wrong`: of others, and of those who asked for another right."""

    language: str
    asked: int
    found: int
    other: int
    wrong: int

    @property
    def recall(self) -> float:
        return self.found / self.asked

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.wrong)


def right_of(text: str, preferred: str = "en") -> str | None:
    found = wanted(text, preferred=preferred)
    return found.right.value if found else None


def score(language: str) -> Score:
    asked = [(right, text) for right, texts in ASKED[language].items() for text in texts]
    understood = [(right, right_of(text, language)) for right, text in asked]
    others = [*OTHER[language], *consent_sets.texts("other", language)]
    return Score(
        language=language,
        asked=len(asked),
        found=sum(right == found for right, found in understood),
        other=len(others),
        wrong=sum(right_of(text, language) is not None for text in others)
        + sum(found not in (None, right) for right, found in understood),
    )


def total(scores: list[Score]) -> Score:
    names = ("asked", "found", "other", "wrong")
    return Score("all", **{name: sum(getattr(one, name) for one in scores) for name in names})
