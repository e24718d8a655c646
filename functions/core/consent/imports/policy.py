"""Numbers of imports, from policies/imports.toml."""

from functions.core.runtime import policies

HOUR_MS = 3_600_000


def number(*path: str) -> int:
    return int(policies.value("imports", *path))
