"""Whose card could carry this number: issuer ranges, lengths, check digit."""

from functools import cache
from typing import Any

SHORTEST = 13
LONGEST = 19

# First digits by length: most numbers are ruled out before any data file is read. A test holds
# this against policies/cards.toml.
FIRST_DIGITS = {
    13: b"456",
    14: b"356",
    15: b"356",
    16: b"2345689",
    17: b"23568",
    18: b"234568",
    19: b"234568",
}
_ZERO = ord("0")
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")  # 8 + 8 = 16, and 1 + 6 = 7
_LONGEST_PREFIX = 6


def is_card(digits: bytes) -> bool:
    """`digits`: ASCII, nothing else among them."""
    return (
        digits[:1] in FIRST_DIGITS.get(len(digits), b"")
        and passes_luhn(digits)
        and any(
            len(digits) in _lengths().get(digits[:size], ())
            for size in range(1, _LONGEST_PREFIX + 1)
        )
    )


def passes_luhn(digits: bytes) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = sum(digits[-1::-2]) + sum(digits[-2::-2].translate(_DOUBLED))
    return (total - _ZERO * len(digits)) % 10 == 0


@cache
def _lengths() -> dict[bytes, frozenset[int]]:
    """Allowed lengths by prefix."""
    from functions.core.runtime import policies  # not before a number looks like a card's

    found: dict[bytes, frozenset[int]] = {}
    for issuer in policies.load("cards")["issuers"]:
        for prefix in _prefixes(issuer):
            found[prefix] = found.get(prefix, frozenset()) | frozenset(issuer["lengths"])
    return found


def _prefixes(issuer: dict[str, Any]) -> list[bytes]:
    """All prefixes from 51 to 55 for what is written "51-55"."""
    bounds = [written.partition("-") for written in issuer["prefixes"]]
    return [
        str(prefix).encode()
        for first, _, last in bounds
        for prefix in range(int(first), int(last or first) + 1)
    ]
