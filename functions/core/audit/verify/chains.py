"""The entries of each writer: numbered from 0, chained by hash, their times never going back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from functions.core.audit.verify.parts import Run
from functions.core.audit.verify.report import AHEAD, LATE, Kind, Report, entry, moment
from functions.core.audit.verify.times import Times, later

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Pending:
    """What may still come, and what may be where nobody can look."""

    entries: int = 0
    hidden: int = 0


def check_chains(
    report: Report, runs: Iterable[Run], times: Times, opened: dict[str, int]
) -> Pending:
    """`opened`: where the log tells of each writer's opening."""
    pending = Pending()
    for writer, group in groupby(sorted(runs), key=lambda run: run.writer):
        report.writers += 1
        chain = list(group)
        _check_follows(report, chain)
        for before, after, due in _missing(chain, times):
            begin = _earliest(before, writer, times, opened)
            first = before.last + 1 if before else 0
            if times.may_hide(begin, later(due, LATE)):
                pending.hidden += after.first - first
            elif not times.is_due(due):
                pending.entries += after.first - first
            else:
                said = _numbers(first, after.first)
                report.found(
                    Kind.GAP, writer, f"{said} not there; {entry(after.place)} comes after"
                )
    return pending


def _check_follows(report: Report, chain: list[Run]) -> None:
    before: Run | None = None
    for run in chain:
        place = entry(run.place)
        if bool(run.first) != bool(run.previous):
            report.found(Kind.BROKEN, place, f"{run.writer} {run.first}: its `prev` is not right")
        if before and run.first <= before.last:
            report.found(Kind.BROKEN, place, f"{run.writer} has number {run.first} twice")
        elif before and run.first == before.last + 1:
            if run.previous != before.digest:
                follows = f"{run.writer} {run.first} does not follow on the entry before it"
                report.found(Kind.BROKEN, place, follows)
            if run.began < before.ended:
                said = f"{run.writer} {run.first} says {run.began}, earlier than the one before it"
                report.found(Kind.BACKDATED, place, said)
        elif before and run.began < before.ended:
            said = f"{run.writer} {run.first} says {run.began}, earlier than {before.last}"
            report.found(Kind.BACKDATED, place, said)
        before = run if before is None or run.last >= before.last else before


def _missing(chain: list[Run], times: Times) -> Iterable[tuple[Run | None, Run, datetime]]:
    """Between which two runs numbers are missing, and when the first came that is after them."""
    lowest = chain[-1].lowest
    found: list[tuple[Run | None, Run, datetime]] = []
    for at in range(len(chain) - 1, -1, -1):
        run, before = chain[at], chain[at - 1] if at else None
        lowest = min(lowest, run.lowest)
        if run.first > (before.last + 1 if before else 0):
            found.append((before, run, times.at(lowest)))
    return reversed(found)


def _earliest(before: Run | None, writer: str, times: Times, opened: dict[str, int]) -> datetime:
    if before:
        return times.sooner(moment(before.ended), AHEAD)
    if writer in opened:
        return times.sooner(times.at(opened[writer]), LATE)
    return _EVER


def _numbers(first: int, end: int) -> str:
    return f"number {first} is" if end - first == 1 else f"numbers {first} to {end - 1} are"
