"""AWS's own numbers, from `policies/aws_limits.toml`, where each has its source and date."""

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent.parent / "policies" / "aws_limits.toml"


@cache
def _limits() -> dict[str, dict[str, int]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def limit(name: str) -> int:
    return _limits()[name]["value"]
