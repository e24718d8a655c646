"""Numbers and lists that others set (Meta, AWS, the law), from `policies/*.toml`.

The folder lies beside `functions/`, in the repository as in a function's package.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[3] / "policies"


@cache
def load(name: str) -> dict[str, Any]:
    """The content of `policies/<name>.toml`; shared, so not to be changed."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def value(name: str, *path: str) -> Any:
    """The `value` of one entry: `value("platform_limits", "window", "entry_point_hours")`."""
    entry: Any = load(name)
    for part in path:
        entry = entry[part]
    return entry["value"]
