"""Numbers of legal holds, from policies/holds.toml."""

from functions.core.runtime import policies

DAY_MS = 86_400_000


def number(*path: str) -> int:
    return int(policies.value("holds", *path))
