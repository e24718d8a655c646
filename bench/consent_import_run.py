"""An import through the deployed workflow: `python -m bench.consent_import_run [rows]`.

On the local platform: API, Step Functions' distributed map and workers as they are deployed, on an
emulator and this machine's processors. Not part of `make bench`: it takes as long as the rows do.
"""

import itertools
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from bench import screen
from bench.results import Number, Section
from cli.client import ApiClient
from cli.http import Answer, call, call_json
from cli.local.down import stop_platform
from cli.local.facts import Facts
from cli.local.up import start_platform
from cli.progress import Progress
from cli.workspace import Workspace
from functions.core.consent.imports import policy

_SCOPES = ("amana/consents:read", "amana/consents:write")
_COLUMNS = "phone,purpose,given_at,notice_id,notice_version,language,source,evidence,method"
_PAUSE_SECONDS = 5
_ROWS = 100_000


class _Desk:
    def __init__(self, facts: Facts) -> None:
        self._url = f"{facts.api_url}/v1/consents/imports"
        self._client = ApiClient(facts, scopes=_SCOPES)

    def begin(self) -> str:
        key = {"Idempotency-Key": secrets.token_hex(8)}
        return str(self._post("", key).body["import_id"])

    def put(self, import_id: str, number: int, content: bytes) -> None:
        headers = {**self._client.authorization, "Content-Type": "application/octet-stream"}
        answer = call(
            "PUT", f"{self._url}/{import_id}/parts/{number}", body=content, headers=headers
        )
        assert answer.status == 200, answer.text  # noqa: PLR2004 - HTTP's own number

    def start(self, import_id: str) -> None:
        self._post(f"/{import_id}/start")

    def shown(self, import_id: str) -> dict[str, int | str]:
        # a token lives an hour, an import may live longer
        answer = call("GET", f"{self._url}/{import_id}", headers=self._client.authorization)
        return {**answer.body["rows"], "status": answer.body["status"]}

    def _post(self, path: str, more: dict[str, str] | None = None) -> Answer:
        headers = {**self._client.authorization, **(more or {})}
        return call_json("POST", self._url + path, {}, headers=headers)


def measure(rows: int, console: Console) -> Section:
    with (
        tempfile.TemporaryDirectory(prefix="amana-bench-") as folder,
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
    ):
        workspace = Workspace(state=Path(folder))
        facts, _ = start_platform(workspace, Progress(Console(file=nowhere)))
        try:
            return _section(_Desk(facts), rows, console)
        finally:
            stop_platform(workspace)


def _section(desk: _Desk, rows: int, console: Console) -> Section:
    import_id = desk.begin()
    for number, part in enumerate(_parts(rows), 1):
        desk.put(import_id, number, part)
    begin, told = time.monotonic(), []
    desk.start(import_id)
    while True:
        time.sleep(_PAUSE_SECONDS)
        shown = desk.shown(import_id)
        told.append(int(shown["read"]))
        console.print(f"{time.monotonic() - begin:6.0f} s  {shown}")
        if shown["status"] != "running":
            break
    seconds = time.monotonic() - begin
    if (shown["status"], shown["recorded"]) != ("done", rows) or told != sorted(told):
        raise AssertionError("rows were lost, or progress went back")
    return Section(
        key="consent_import_run",
        title=f"importing {rows:,} consents through the deployed workflow, on the local platform",
        numbers=[
            Number(name="from start to done", value=seconds, unit="s"),
            Number(name="rows a second", value=rows / seconds, unit="rows/s"),
            Number(name="steps of progress seen", value=len(set(told)), unit="steps"),
        ],
    )


def _parts(rows: int) -> Iterator[bytes]:
    """Everyone is new, and every row is good."""
    given = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    lines = (
        f"+1555{number:07d},marketing,{given},marketing,2026-11-29,en,shop,form {number},web_form\n"
        for number in range(rows)
    )
    content = (line.encode() for line in itertools.chain([f"{_COLUMNS}\n"], lines))
    part = bytearray()
    for line in content:
        part += line
        if len(part) > policy.number("part", "bytes") - 1000:
            yield bytes(part)
            part.clear()
    if part:
        yield bytes(part)


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else _ROWS
    screen.show(measure(wanted, Console()), Console())
