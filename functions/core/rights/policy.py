"""The numbers of `policies/rights.toml`. Pure."""

from functools import cache

from functions.core.consent.vocabulary import Purpose
from functions.core.runtime.policies import value

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000


@cache
def number(*path: str) -> int:
    return int(value("rights", *path))


@cache
def purposes(name: str) -> tuple[Purpose, ...]:
    """`purposes` or `absolute` of an objection."""
    return tuple(Purpose(each) for each in value("rights", "objection", name))
