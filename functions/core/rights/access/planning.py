"""Cutting an access request into parts, each about as much as one run of the function takes.

Parts are named by what they read, without anything personal: the names stand in the history of a
workflow. Objects of a try lie below `rights/<request id>/<attempt>/`; a step that runs twice writes
the same objects again.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from functions.core.archive.exports.files import Files
from functions.core.archive.exports.planning import Planner
from functions.core.archive.exports.store import Plans, Shelf
from functions.core.archive.store import Heads
from functions.core.audit.reading import LogReader
from functions.core.audit.tiles import WIDTH
from functions.core.rights.access.collectors.archive import OnePlan
from functions.core.rights.access.model import folder, scope_of
from functions.core.rights.model import Request
from functions.core.rights.subject import Subject

# 262,144 entries: about 130 MB, half a minute
_BUNDLES = 1024

RECORDS = "records"


@dataclass(frozen=True)
class Plan:
    """`parts`: in the order in which their lines are put together. `audit_size`: of the log."""

    parts: Sequence[str]
    archive_parts: int
    audit_size: int
    at_ms: int


class Planning:
    def __init__(
        self,
        *,
        files: Files,
        shelf: Shelf,
        heads: Heads,
        log: LogReader,
        numbers: Sequence[str],
        now_ms: Callable[[], int],
    ) -> None:
        """`numbers`: phone number ids of the business."""
        self._files = files
        self._shelf = shelf
        self._heads = heads
        self._log = log
        self._numbers = numbers
        self._now_ms = now_ms

    def plan(self, request: Request, subject: Subject | None) -> Plan:
        """Nobody is known by that id: the parts are none, and the answer is an empty one."""
        now_ms = self._now_ms()
        parts: list[str] = []
        size = archive_parts = 0
        if subject is not None:
            size = self._log.checkpoint().size
            archive_parts = self._archive(request, subject, now_ms)
            parts += [RECORDS, *(f"conversations/{number}" for number in self._numbers)]
            parts += [f"archive/{part}" for part in range(archive_parts)]
            parts += [f"audit/{first}" for first in range(0, -(-size // WIDTH), _BUNDLES)]
        plan = Plan(parts, archive_parts, size, now_ms)
        self._files.write(f"{run_folder(request)}/plan.json", json.dumps(vars(plan)).encode())
        return plan

    def load(self, request: Request) -> Plan:
        return Plan(**json.loads(b"".join(self._files.read(f"{run_folder(request)}/plan.json"))))

    def _archive(self, request: Request, subject: Subject, now_ms: int) -> int:
        planner = Planner(
            store=archive_plan(request, subject, run=None, at_ms=now_ms),
            files=self._files,
            shelf=self._shelf,
            heads=self._heads,
            new_run=lambda: str(request.attempt),
        )
        return planner.plan(folder(request.id)).parts


def archive_plan(request: Request, subject: Subject, *, run: str | None, at_ms: int) -> Plans:
    return OnePlan(folder(request.id), scope_of(subject), run=run, at_ms=at_ms)


def audit_bundles(first: int, size: int) -> tuple[int, int]:
    """Numbers of the first and the last bundle of a part, both included."""
    return first, min(first + _BUNDLES, -(-size // WIDTH)) - 1


def run_folder(request: Request) -> str:
    """Of this try; exports write their parts of a try there, too."""
    return f"{folder(request.id)}/{request.attempt}"


def lines_name(request: Request, part: str) -> str:
    return f"{run_folder(request)}/lines/{part.replace('/', '-')}"
