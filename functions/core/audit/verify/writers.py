"""Writers of each function are numbered from 1: one that is not told of was taken away."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from functions.core.audit.verify.entries import SEQUENCER
from functions.core.audit.verify.parts import Opened, Run, Stretch
from functions.core.audit.verify.report import LATE, Kind, Report, entry
from functions.core.audit.verify.times import Times, later

_EVER = datetime.min.replace(tzinfo=UTC)
_Numbers = dict[int, datetime]


def openings(report: Report, opened: Iterable[Opened]) -> dict[str, int]:
    """Where each writer's opening stands."""
    found: dict[str, int] = {}
    for each in opened:
        writer = f"{each.function}.{each.number}"
        if writer in found:
            report.found(Kind.BROKEN, entry(each.place), f"{writer} is opened twice")
        found.setdefault(writer, each.place)
    return found


def check_writers(
    report: Report,
    times: Times,
    *,
    opened: dict[str, int],
    runs: Iterable[Run],
    batches: Iterable[Stretch],
) -> int:
    """How many writers may still be told of."""
    told: dict[str, set[int]] = defaultdict(set)
    known: dict[str, _Numbers] = defaultdict(dict)
    for writer, place in opened.items():
        function, number = _parts(writer)
        told[function].add(number)
        _know(known, function, number, times.at(place))
    for run in runs:
        if run.writer != SEQUENCER:
            _know(known, *_parts(run.writer), times.at(run.lowest))
    for batch in batches:
        for function, number in (batch.seal or {}).get("writers", {}).items():
            if number:
                _know(known, function, number, times.at(batch.end - 1))
    return sum(
        _check(report, times, function, numbers, told[function])
        for function, numbers in sorted(known.items())
    )


def _check(report: Report, times: Times, function: str, numbers: _Numbers, told: set[int]) -> int:
    """From the highest down: what has to be there since when, and is not."""
    pending, due = 0, datetime.max.replace(tzinfo=UTC)
    ordered = sorted(numbers)
    for below, number in reversed(list(zip([0, *ordered], ordered, strict=False))):
        due = min(due, numbers[number])
        last = number - 1 if number in told else number
        if last == below:
            continue
        begin = times.sooner(numbers[below], LATE) if below in told else _EVER
        if times.may_hide(begin, later(due, LATE)):
            continue
        if not times.is_due(due):
            pending += last - below
            continue
        said = f"{function}.{below + 1}" + (f" to {last}" if last > below + 1 else "")
        report.found(Kind.WRITER_MISSING, said, "there is one by this number, never opened")
    return pending


def _know(known: dict[str, _Numbers], function: str, number: int, since: datetime) -> None:
    numbers = known[function]
    numbers[number] = min(since, numbers.get(number, since))


def _parts(writer: str) -> tuple[str, int]:
    function, _, number = writer.rpartition(".")
    return function, int(number)
