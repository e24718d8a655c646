"""What a person's words mean for consent: stop, perhaps stop, resume, help, yes or no.

Any text has an answer, in time that is linear in its length. The lists are data, with the rules
for what may stand in which: `policies/consent_words.toml`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from functions.core.consent.lists import Words, known
from functions.core.consent.spelling import clauses, readings


class Meaning(StrEnum):
    STOP = "stop"  # withdraw at once
    MAYBE_STOP = "maybe_stop"  # ask once
    RESUME = "resume"  # asks for consent anew, revives none
    HELP = "help"
    YES = "yes"  # like NO only an answer to a question of ours
    NO = "no"


@dataclass(frozen=True)
class Understood:
    meaning: Meaning
    language: str  # of the list that matched; of several the preferred one, or the first


def understand(text: str, *, preferred: str = "en") -> Understood | None:
    """None: nothing about consent. `preferred`: a language tag such as "pt" or "pt_BR"."""
    ways = [words for words in readings(text) if len(words) <= known().limits["whole"]]
    for meaning in (Meaning.STOP, Meaning.RESUME, Meaning.HELP, Meaning.YES, Meaning.NO):
        if found := _whole(meaning, [*ways, *_bare(ways)]):
            return _understood(meaning, found, preferred)
    if near := _near(text, ways):
        return _understood(Meaning.MAYBE_STOP, near, preferred)
    return None


def _bare(ways: Collection[Words]) -> list[Words]:
    return [known().bare(words) for words in ways]


def _whole(meaning: Meaning, ways: Collection[Words]) -> Collection[str]:
    texts = known().whole[meaning]
    found = (texts.get(" ".join(words)) for words in ways)
    return next(filter(None, found), ())


def _near(text: str, ways: Collection[Words]) -> set[str]:
    most = known().limits["phrase"]
    words = next((known().bare(words) for words in ways), ())
    if not 0 < len(words) <= most:
        return set()
    found = [known().clause(clause) for clause in islice(clauses(text), most)]
    return known().near(words).union(*found)


def _understood(meaning: Meaning, languages: Collection[str], preferred: str) -> Understood:
    mine = preferred.replace("_", "-").partition("-")[0].casefold()
    first = next(one for one in known().languages if one in languages)
    return Understood(meaning=meaning, language=mine if mine in languages else first)
