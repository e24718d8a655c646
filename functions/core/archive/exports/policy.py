"""Numbers of exports, from policies/archive.toml."""

from functions.core.runtime import policies

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def number(*path: str) -> int:
    return int(policies.value("archive", *path))
