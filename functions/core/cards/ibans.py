"""Bank account numbers of ISO 13616, also in groups: right length for the country, mod 97 is 1."""

import re
from collections.abc import Iterator

from functions.core.runtime import policies

_LONGEST = 34
# Looked ahead, so that one that is none does not hide another behind it.
_FORM = re.compile(
    rf"(?<![A-Za-z0-9])(?=([A-Za-z]{{2}}[0-9]{{2}}(?:[ -]?[A-Za-z0-9]){{11,{_LONGEST}}}))"
)


def ibans(text: str) -> Iterator[tuple[int, int]]:
    for found in _FORM.finditer(text):
        length = policies.load("cards")["iban"]["lengths"].get(found[1][:2].upper())
        places = [place for place in range(*found.span(1)) if text[place].isalnum()]
        if length is None or len(places) < length:
            continue
        if _is_valid("".join(text[place] for place in places[:length])):
            yield found.start(), places[length - 1] + 1


def _is_valid(iban: str) -> bool:
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1
