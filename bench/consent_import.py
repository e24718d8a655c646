"""(m) Importing consents: rows a second, memory, and what DynamoDB bills for a row.

Everyone is new, which is the most work a row can be: a person is registered and gets a key.
"""

import contextlib
import io
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from moto import mock_aws

from bench import dynamo_process
from bench.dynamo_process import DynamoProcess
from bench.results import Number, Section
from functions.consent_importer import wiring
from functions.consent_importer.steps import STEPS
from functions.core.consent.imports.asked import asked_from
from functions.core.consent.imports.asking import Imports
from functions.core.runtime import aws
from tests.fakes import imports

ROWS = 100_000
# of `make bench`: the rate is the same, and minutes are saved
_FEW = 3_000
_PART_BYTES = 4 * 1024 * 1024
# four rings of 4,096 keys, full after 16,000 people, then a part and a chunk: no more for any file
_GROWTH_MIB = 96.0
_DUMMY = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",  # what moto asks for
    "AWS_DEFAULT_REGION": "eu-central-1",
}


def measure() -> Section:
    return run(_FEW)


def run(rows: int = ROWS) -> Section:
    with _platform() as dynamo:
        desk = imports.desk()
        import_id = _sent(desk, rows)
        dynamo.forget()
        before, begin, cpu = _resident_kib(), time.perf_counter(), time.process_time()
        chunks = _step("plan", import_id)["chunks"]
        planned = time.perf_counter()
        for chunk in chunks:
            _step("load", import_id, chunk=chunk)
        counts = _step("finish", import_id)
        seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
        peak = (_peak_kib() - before) / 1024
        units, calls = dict(dynamo.units), Counter(dynamo.calls)
    if counts["recorded"] != rows:
        raise AssertionError("rows were lost")
    kinds: dict[str, float] = {"read": 0, "write": 0}
    for (kind, _), spent in units.items():
        kinds[kind] += spent
    return Section(
        key="consent_import",
        title=f"(m) importing {rows:,} consents of people who are new",
        numbers=[
            Number(name="rows a second, one worker", value=rows / seconds, unit="rows/s"),
            Number(name="processor time of a row", value=cpu / rows * 1000, unit="ms"),
            Number(name="planning", value=planned - begin, unit="s"),
            Number(name="memory above the idle worker", value=peak, unit="MiB", target=_GROWTH_MIB),
            Number(name="write units of a row", value=kinds["write"] / rows, unit="units"),
            Number(name="read units of a row", value=kinds["read"] / rows, unit="units"),
            Number(name="requests of a row", value=sum(calls.values()) / rows, unit="requests"),
        ],
        notes=[
            f"{len(chunks)} chunks, one after the other; the workflow loads several at once.",
            "DynamoDB is the emulator's, in a process of its own, which also counts the units.",
        ],
        details={
            "units": {" ".join(name): spent / rows for name, spent in sorted(units.items())},
            "calls": {name: times / rows for name, times in sorted(calls.items())},
        },
    )


@contextlib.contextmanager
def _platform() -> Iterator[DynamoProcess]:
    with mock_aws(), patch.dict(os.environ, _DUMMY), dynamo_process.running() as dynamo:
        aws.forget()
        imports.forget()
        with patch("boto3.client", aws.client):
            dynamo.attach(aws.dynamodb())
            environment = imports.create()
        with patch.dict(os.environ, environment):
            yield dynamo
        aws.forget()
        imports.forget()


def _sent(desk: Imports, rows: int) -> str:
    begun = desk.begin(asked_from(b"{}"), client_id="bench", idempotency_key="bench")
    out = io.BytesIO()
    out.write(imports.HEADER.encode() + b"\n")
    template = imports.line(0)
    for number in range(rows):
        told = template.replace("+15550000000", f"+1555{number:07d}")
        out.write(told.replace("submission 0", f"submission {number}").encode() + b"\n")
    content = out.getbuffer()
    for part, start in enumerate(range(0, len(content), _PART_BYTES), 1):
        desk.put_part(
            begun.id, part, bytes(content[start : start + _PART_BYTES]), client_id="bench"
        )
    desk.start(begun.id, client_id="bench")
    return begun.id


def _step(name: str, import_id: str, **more: Any) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return STEPS[name]({"step": name, "import_id": import_id, **more})


def _resident_kib() -> int:
    wiring.loader()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # begins a new high-water mark
    return _status("VmRSS")


def _peak_kib() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    for told in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if told.startswith(f"{name}:"):
            return int(told.split()[1])
    raise LookupError(name)


if __name__ == "__main__":
    import sys

    from rich.console import Console

    from bench import screen

    found = run(int(sys.argv[1]) if sys.argv[1:] else ROWS)
    screen.show(found, Console(width=110))
    sys.stdout.write(f"{found.details}\n")
