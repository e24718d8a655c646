"""The labelled sets: what people write to opt out and what only looks like it, with a count."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from functions.core.consent.words import Meaning, understand

_FOLDER = Path(__file__).parent / "labelled"
# the lists were made and corrected by these; `held_out` was written when they were done, and is
# not to be corrected by: who does renames it and writes a new one
SEEN = ("tuning", *(f"{n}validation" for n in ("", "second_", "third_", "fourth_")))
HELD_OUT = "held_out"
PARTS = (*SEEN, HELD_OUT)
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@dataclass(frozen=True)
class Score:
    language: str
    found: int  # of `stop`, withdrawn or asked about
    stop: int
    exact: int  # of `stop`, withdrawn at once
    wrong: int  # of `other`, withdrawn or asked about
    other: int
    exact_wrong: int

    @property
    def recall(self) -> float:
        return self.found / self.stop

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.wrong)


def texts(kind: str, language: str, parts: tuple[str, ...] = PARTS) -> list[str]:
    """`kind`: "stop" or "other"."""
    written = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return [text for part in parts for text in written[part][kind]]


def meaning(text: str, preferred: str = "en") -> Meaning | None:
    found = understand(text, preferred=preferred)
    return found.meaning if found else None


def score(language: str, parts: tuple[str, ...] = PARTS) -> Score:
    stop = [meaning(text, language) for text in texts("stop", language, parts)]
    other = [meaning(text, language) for text in texts("other", language, parts)]
    asked = (Meaning.STOP, Meaning.MAYBE_STOP)
    return Score(
        language=language,
        found=sum(one in asked for one in stop),
        stop=len(stop),
        exact=stop.count(Meaning.STOP),
        wrong=sum(one in asked for one in other),
        other=len(other),
        exact_wrong=other.count(Meaning.STOP),
    )


def total(scores: list[Score]) -> Score:
    names = ("found", "stop", "exact", "wrong", "other", "exact_wrong")
    return Score("all", **{name: sum(getattr(one, name) for one in scores) for name in names})
