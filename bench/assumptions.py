"""What is taken for granted in the cost section: `bench/assumptions.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def all_of_them() -> dict[str, dict[str, dict[str, Any]]]:
    path = Path(__file__).with_suffix(".toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def assumed(group: str, name: str) -> float:
    return float(all_of_them()[group][name]["value"])
