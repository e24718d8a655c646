"""Asking for a run of retention, and what is known of runs."""

import base64
import hashlib
from collections.abc import Callable
from typing import Protocol

from functions.core.retention.errors import RunConflictError, UnknownRunError
from functions.core.retention.runs import Run, Runs, RunState


class Machine(Protocol):
    def start(self, run_id: str, *, dry_run: bool) -> None:
        """Again for the same run, nothing more is started."""


class Asking:
    def __init__(self, *, runs: Runs, machine: Machine, now_ms: Callable[[], int]) -> None:
        self._runs = runs
        self._machine = machine
        self._now_ms = now_ms

    def start(self, *, client_id: str, idempotency_key: str, dry_run: bool) -> Run:
        """The same key is the same run, however often it is asked for."""
        run = self._runs.begin(
            Run(
                id=run_id(client_id, idempotency_key),
                started_ms=self._now_ms(),
                dry_run=dry_run,
                asked_by=client_id,
            )
        )
        if run.dry_run != dry_run:
            raise RunConflictError("this Idempotency-Key was used with another body")
        if run.state is RunState.RUNNING:
            self._machine.start(run.id, dry_run=run.dry_run)
        return run

    def show(self, name: str) -> Run:
        run = self._runs.load(name)
        if run is None:
            raise UnknownRunError("no run has this id")
        return run

    def page(self, *, before: str | None, limit: int) -> tuple[list[Run], str | None]:
        return self._runs.page(before=before, limit=limit)


def run_id(client_id: str, idempotency_key: str) -> str:
    """26 base32 characters; nobody's data is in it."""
    digest = hashlib.sha256(f"{client_id}\n{idempotency_key}".encode()).digest()
    return f"d_{base64.b32encode(digest).decode().lower()[:26]}"
