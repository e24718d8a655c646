"""(e) How much memory a medium takes while it is fetched and sealed, and while it is served."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench import media_origin
from bench.results import Number, Section

_ROOT = Path(__file__).parent.parent
_MB = 1_000_000
_SIZES = (1, 10, 100)  # MB
_GROWTH_MIB = 4.0  # from 10 MB to 100 MB: nothing that grows with the file
_MOST_MIB = 48.0  # a part, its copy on the way out, frames
_TASKS = {"fetch": "fetch and seal", "serve": "serve"}


def measure() -> Section:
    numbers: list[Number] = []
    with media_origin.running() as origin:
        for task, title in _TASKS.items():
            found = {size: _run(task, size * _MB, origin) for size in _SIZES}
            numbers += _numbers(title, found)
    return Section(
        key="media",
        title="(e) media: peak memory above what the idle process takes",
        numbers=numbers,
        notes=[
            "A process of its own for each; the most that was resident (VmHWM) while it worked.",
            "Over sockets: downloads as of Graph, multipart uploads and ranged reads as of S3.",
        ],
    )


def _numbers(title: str, found: dict[int, dict[str, float]]) -> list[Number]:
    mib = {size: (told["peak"] - told["before"]) / 1024 for size, told in found.items()}
    largest = max(_SIZES)
    rate = largest / found[largest]["seconds"]
    return [
        *(
            Number(name=f"{title}: {size} MB", value=taken, unit="MiB", target=_MOST_MIB)
            for size, taken in mib.items()
        ),
        Number(
            name=f"{title}: growth from 10 to {largest} MB",
            value=mib[largest] - mib[10],
            unit="MiB",
            target=_GROWTH_MIB,
        ),
        Number(name=f"{title}: MB a second", value=rate, unit="MB/s"),
    ]


def _run(task: str, size: int, origin: str) -> dict[str, float]:
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-m", "bench.media_run", task, str(size), origin],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the measured process failed: {done.stderr.strip()}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
