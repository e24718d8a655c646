"""The lists of policies/consent_words.toml in the form in which messages are compared to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from functions.core.consent.phrases import Phrases, is_slip
from functions.core.consent.spelling import readings
from functions.core.runtime import policies

_POLICY = "consent_words"
_WHOLE = ("stop", "ask", "resume", "help", "yes", "no")
_PHRASES = ("near", "phrases", "against", "about", "harmless")
_LONGEST_POLITE = 5  # words

Words = tuple[str, ...]


@dataclass(frozen=True)
class Lists:
    languages: tuple[str, ...]
    whole: dict[str, dict[str, list[str]]]  # name of a list → text → languages
    polite: frozenset[str]
    phrases: dict[str, Phrases]
    limits: dict[str, int]

    def bare(self, words: Words) -> Words:
        """Without politeness at both ends; one word stays."""
        begin, end = 0, len(words)
        while size := self._polite(words, range(begin, end - 1), at_end=False):
            begin += size
        while size := self._polite(words, range(begin + 1, end), at_end=True):
            end -= size
        return words[begin:end]

    def _polite(self, words: Words, there: range, *, at_end: bool) -> int:
        """How many words there are, at one end of a range, that may go."""
        for size in range(min(len(there), _LONGEST_POLITE), 0, -1):
            begin = there.stop - size if at_end else there.start
            text = " ".join(words[begin : begin + size])
            # "ya" at the end is urgent in Spanish, at the begin it is a yes to something else
            if text in self.polite and (at_end or text not in self.whole["yes"]):
                return size
        return 0

    def near(self, words: Words) -> set[str]:
        """Languages in which a message of these words seems to say stop."""
        harmless = self._harmless(words)
        found = set(self.whole["ask"].get(" ".join(words), ()))
        found |= self._free("phrases", words, harmless)
        if len(words) <= self.limits["near"]:
            found |= self._free("near", words, harmless)
        if len(words) <= self.limits["slip"]:
            found |= self._slips(words, harmless)
        return found

    def clause(self, words: Words) -> set[str]:
        """The same for a clause of a message: it says stop, or something against messages."""
        found = set(self.whole["stop"].get(" ".join(self.bare(words)), ()))
        if len(words) <= self.limits["pair"]:
            harmless = self._harmless(words)
            found |= self._free("against", words, harmless) & self._free("about", words, harmless)
        return found

    def _harmless(self, words: Words) -> set[int]:
        return {place for _, places in self.phrases["harmless"].find(words) for place in places}

    def _free(self, name: str, words: Words, harmless: set[int]) -> set[str]:
        """Languages of the phrases of a list of which no word belongs to a harmless one."""
        found = self.phrases[name].find(words)
        return {language for language, places in found if harmless.isdisjoint(places)}

    def _slips(self, words: Words, harmless: set[int]) -> set[str]:
        typed = {word for at, word in enumerate(words) if at not in harmless}
        if not harmless:
            typed.add(" ".join(words))
        least = self.limits["slip_letters"]
        return {
            language
            for one in typed
            for meant, languages in self.whole["stop"].items()
            if min(len(one), len(meant)) >= least and is_slip(one, meant)
            for language in languages
        }


@cache
def known() -> Lists:
    written: dict[str, Any] = policies.load(_POLICY)
    languages: dict[str, dict[str, list[str]]] = written["languages"]
    whole: dict[str, dict[str, list[str]]] = {name: {} for name in _WHOLE}
    for language, lists in languages.items():
        for name in _WHOLE:
            for text in _texts(lists[name]):
                whole[name].setdefault(text, []).append(language)
    return Lists(
        languages=tuple(languages),
        whole=whole,
        polite=frozenset(text for one in languages.values() for text in _texts(one["polite"])),
        phrases={name: _phrases(name, languages) for name in _PHRASES},
        limits={name: limit["value"] for name, limit in written["limits"].items()},
    )


def _phrases(name: str, languages: dict[str, dict[str, list[str]]]) -> Phrases:
    return Phrases((text, language) for language in languages for text in languages[language][name])


def _texts(written: Iterable[str]) -> set[str]:
    return {" ".join(words) for one in written for words in readings(one)}
