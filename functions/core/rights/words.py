"""Whether a message asks for the person's data, or for their deletion or correction.

Only a message that says this and nothing else, as listed in `policies/rights_words.toml`: what is
longer, people read. The time is linear in the length of the text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from functions.core.consent.lists import known
from functions.core.consent.spelling import readings
from functions.core.rights.model import Right
from functions.core.runtime.policies import load

_POLICY = "rights_words"
# no listed text has more; whoever says more is not asked what they mean
_MOST_WORDS = 20
_CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True)
class Wanted:
    """`language`: of the list that matched; of several the preferred one, or the first."""

    right: Right
    language: str


def wanted(text: str, *, preferred: str = "en") -> Wanted | None:
    """`preferred`: a language tag such as "pt" or "pt_BR"."""
    for words in readings(text):
        if len(words) > _MOST_WORDS:
            continue
        for way in (words, known().bare(words)):
            if found := _listed().get(" ".join(way)):
                return _of(found, preferred)
    return None


def _of(found: Mapping[str, Right], preferred: str) -> Wanted:
    mine = preferred.replace("_", "-").partition("-")[0].casefold()
    language = mine if mine in found else next(iter(found))
    return Wanted(right=found[language], language=language)


@cache
def _listed() -> Mapping[str, Mapping[str, Right]]:
    """Text → language → right; the languages in the order of the policy."""
    languages: Mapping[str, Mapping[str, Any]] = load(_POLICY)["languages"]
    listed: dict[str, dict[str, Right]] = {}
    for language, rights in languages.items():
        for right, texts in rights.items():
            for text in texts:
                for written in expanded(text):
                    for words in readings(written):
                        listed.setdefault(" ".join(words), {})[language] = Right(right)
    return listed


def expanded(text: str) -> Iterator[str]:
    """Every text that one with choices stands for."""
    parts = _CHOICE.split(text)
    choices = [_choices(part) if number % 2 else (part,) for number, part in enumerate(parts)]
    return ("".join(chosen) for chosen in product(*choices))


def _choices(part: str) -> tuple[str, ...]:
    return tuple(part.split("|")) if "|" in part else (part, "")
