"""When what stands in the log came there: by its batches, whose times never go back."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.core.audit.verify.parts import Stretch
from functions.core.audit.verify.report import AHEAD, BEHIND, LATE, Kind, Report, entry, moment

_EVER = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class Times:
    """`places`, `moments`: where batches end, and when. `holes`: entries that are not known."""

    places: list[int]
    moments: list[datetime]
    holes: list[tuple[int, int]]

    @property
    def end(self) -> datetime:
        return self.moments[-1] if self.moments else _EVER

    def at(self, place: int) -> datetime:
        """When the batch was sealed that this entry is in."""
        found = bisect_left(self.places, place)
        return self.moments[found] if found < len(self.moments) else _NEVER

    def is_due(self, since: datetime) -> bool:
        """Whether what had to come within 15 minutes will not come any more."""
        return since < self.end - LATE

    def may_hide(self, begin: datetime, end: datetime) -> bool:
        """Whether what came between these may be in a hole."""
        return any(
            self._before(start) <= end and begin <= self.at(stop) for start, stop in self.holes
        )

    def _before(self, place: int) -> datetime:
        found = bisect_left(self.places, place)
        return self.moments[found - 1] if found else _EVER

    def sooner(self, since: datetime, by: timedelta) -> datetime:
        return since - by if since - _EVER > by else _EVER


def later(since: datetime, by: timedelta) -> datetime:
    return since + by if _NEVER - since > by else _NEVER


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Each a batch, but where a hole took a part of it or the log ends within it."""
    found: list[Stretch] = []
    for each in stretches:
        last = found[-1] if found else None
        if last and last.seal is None and last.end == each.start:
            low = min((last.low, each.low), key=lambda one: (not one[0], one))
            high = max(last.high, each.high)
            found[-1] = Stretch(last.start, each.end, low, high, each.seal)
        else:
            found.append(each)
    return found


def times_of(batches: Sequence[Stretch], holes: list[tuple[int, int]]) -> Times:
    sealed = [(each.end - 1, moment(each.seal["at"])) for each in batches if each.seal]
    moments: list[datetime] = []
    for _, at in sealed:
        moments.append(max(at, moments[-1]) if moments else at)
    return Times([place for place, _ in sealed], moments, holes)


def check_batches(report: Report, batches: Sequence[Stretch], size: int) -> None:
    before: Stretch | None = None
    for batch in batches:
        if batch.seal is None:
            if batch.end == size:
                report.found(Kind.MALFORMED, entry(size - 1), "the log does not end with a batch")
            before = None
            continue
        _check_entries(report, batch)
        is_whole = batch.start == 0 or (before is not None and before.end == batch.start)
        if is_whole:
            _check_count(report, batch)
        if before and before.seal and is_whole:
            _check_order(report, before.seal, batch)
        before = batch


def _check_count(report: Report, batch: Stretch) -> None:
    said, held = (batch.seal or {})["entries"], batch.end - 1 - batch.start
    if said != held:
        detail = f"says that its batch holds {said} entries; it holds {held}"
        report.found(Kind.MALFORMED, entry(batch.end - 1), detail)


def _check_order(report: Report, before: dict[str, Any], batch: Stretch) -> None:
    now = (batch.seal or {})["at"]
    one, two = moment(before["at"]), moment(now)
    place = entry(batch.end - 1)
    if two < one:
        report.found(Kind.BACKDATED, place, f"is sealed at {now}, before the batch before it")
    elif two - one > LATE:
        quiet = f"no batch between {before['at']} and {now}"
        report.found(Kind.SILENT, place, quiet)


def _check_entries(report: Report, batch: Stretch) -> None:
    sealed = moment((batch.seal or {})["at"])
    (low, lowest), (high, highest) = batch.low, batch.high
    if low and sealed - moment(low) > BEHIND:
        report.found(
            Kind.BACKDATED, entry(lowest), f"says {low}, over 26 hours before its batch was sealed"
        )
    if high and moment(high) - sealed > AHEAD:
        report.found(
            Kind.BACKDATED,
            entry(highest),
            f"says {high}, over 5 minutes after its batch was sealed",
        )
