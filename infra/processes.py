"""Where the tools of the build are, and how they are called."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def tool(name: str) -> str:
    """The locked tool beside this interpreter, or whatever is on PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else name


def run(
    command: list[str], environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - tools looked up by `tool` and interpreters, no shell
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
