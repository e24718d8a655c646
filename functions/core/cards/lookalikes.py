"""Numbers that pass for a card's and are more probably something else."""

import re
from functools import cache

from functions.core.runtime import policies

_DATE = r"(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"  # month and day
_SOUTH_AFRICAN = re.compile(rf"[0-9]{{2}}{_DATE}[0-9]{{4}}[01][89][0-9]")
_EGYPTIAN = re.compile(rf"[23][0-9]{{2}}{_DATE}(?:0[1-4]|1[1-9]|2[1-9]|3[1-5]|88)[0-9]{{5}}")
_CHINESE = re.compile(rf"[1-6][0-9]{{5}}(?:19|20)[0-9]{{2}}{_DATE}[0-9]{{4}}")

_CHINESE_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)


def is_lookalike(digits: str) -> bool:
    """Only for lengths that cards hardly have any more, where the other thing is the rule."""
    length = len(digits)
    if length == 13:  # noqa: PLR2004 - Visa's before 2000
        return (
            _has_weighted_check(digits, (1, 3), 10)  # EAN-13 and ISBN
            or digits.startswith(_phones_of_13())
            or _SOUTH_AFRICAN.fullmatch(digits) is not None
        )
    if length == 14:  # noqa: PLR2004 - Diners Club of the series 300 to 305
        return _EGYPTIAN.fullmatch(digits) is not None
    if length == 18:  # noqa: PLR2004 - few issuers at all
        return _is_chinese(digits) or _is_clabe(digits)
    return False


@cache
def _phones_of_13() -> tuple[str, ...]:
    return tuple(policies.load("cards")["lookalikes"]["phones_of_13"])


def _is_chinese(digits: str) -> bool:
    """GB 11643: region, date of birth, ISO 7064 MOD 11-2."""
    total = sum(int(d) * w for d, w in zip(digits, _CHINESE_WEIGHTS, strict=True))
    return _CHINESE.fullmatch(digits) is not None and total % 11 == 1


def _is_clabe(digits: str) -> bool:
    """A Mexican bank account; UnionPay has cards of this length, and no Mexican bank is 62x."""
    total = sum(int(d) * w % 10 for d, w in zip(digits, (3, 7, 1) * 6, strict=True))
    check = (10 - (total - int(digits[-1])) % 10) % 10
    return not digits.startswith("62") and check == int(digits[-1])


def _has_weighted_check(digits: str, weights: tuple[int, int], modulus: int) -> bool:
    total = sum(int(d) * weights[n % 2] for n, d in enumerate(digits))
    return total % modulus == 0
