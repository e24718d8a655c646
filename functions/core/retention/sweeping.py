"""A run, part by part: what is due in each shard, as far as the time goes.

All of a shard's units lie behind the guards of that shard, so one function works on each: two
would be in each other's way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from functions.core.retention.archived import ArchiveDisposer
from functions.core.retention.contacts import Horizon
from functions.core.retention.disposed import Disposed
from functions.core.retention.disposing import Disposer
from functions.core.retention.due import SHARDS
from functions.core.retention.kinds import DataKind
from functions.core.retention.listing import Unit
from functions.core.retention.rules import DAY_MS
from functions.core.retention.runs import Run, Runs
from functions.core.retention.shortening import Progress, Shortener

# what hangs on people, then the people, then the archive that their keys open
_PHASES: Sequence[Sequence[DataKind]] = (
    (
        DataKind.COMMUNICATIONS,
        DataKind.ACCOUNT,
        DataKind.CONSENT,
        DataKind.EXPORT,
        DataKind.REQUEST,
        DataKind.HOLD,
    ),
    (DataKind.CONTACT,),
)
_ARCHIVE = 2
# of messages that stay
_CONTENT = 3


@dataclass(frozen=True, kw_only=True)
class Part:
    """`kind`, `after`: where it goes on, "" at the beginning. Of the archive: a name.

    Of content: `kind` is a purpose.
    """

    phase: int
    shard: int
    kind: str = ""
    after: str = ""


class Sweeping:
    def __init__(
        self,
        *,
        runs: Runs,
        disposer: Callable[[Run], Disposer],
        archive: Callable[[Run], ArchiveDisposer],
        shortener: Callable[[Run], Shortener],
        horizon: Horizon,
        now_ms: Callable[[], int],
    ) -> None:
        self._runs = runs
        self._disposer = disposer
        self._archive = archive
        self._shortener = shortener
        self._horizon = horizon
        self._now_ms = now_ms

    def plan(self, phase: int) -> tuple[list[Part], bool]:
        """The parts of a phase, and whether another one follows."""
        shards = range(1) if phase == _ARCHIVE else range(SHARDS)
        return [Part(phase=phase, shard=shard) for shard in shards], phase < _CONTENT

    def sweep(self, run: Run, part: Part, *, until_ms: int) -> Part | None:
        """What is left of a part when the time is over; None: nothing."""
        if part.phase == _ARCHIVE:
            done, after = self._archive(run).dispose(after=part.after, until_ms=until_ms)
            left = None if after is None else replace(part, after=after)
        elif part.phase == _CONTENT:
            done, left = self._content(run, part, until_ms)
        else:
            done, left = self._units(run, part, until_ms)
        self._runs.note(run.id, vars(part), done)
        return left

    def _content(self, run: Run, part: Part, until_ms: int) -> tuple[Disposed, Part | None]:
        if not part.kind:
            self._disposer(run).finish_objects(part.shard)
        progress = Progress(purpose=part.kind, after=part.after)
        done, left = self._shortener(run).run(
            part.shard, progress, started_ms=run.started_ms, until_ms=until_ms
        )
        if left is None:
            return done, None
        return done, replace(part, kind=left.purpose, after=left.after)

    def _units(self, run: Run, part: Part, until_ms: int) -> tuple[Disposed, Part | None]:
        disposer, total = self._disposer(run), Disposed()
        if not part.kind:
            disposer.finish_objects(part.shard)
        for unit in self._due(disposer, run, part):
            done = disposer.unit(
                unit, before_ms=self.before_ms(run, unit.kind), horizon=self._horizon
            )
            total.counts.update(done.counts)
            total.held.update(done.held)
            if self._now_ms() >= until_ms:
                return total, replace(part, kind=unit.kind.value, after=unit.place)
        return total, None

    def _due(self, disposer: Disposer, run: Run, part: Part) -> Iterator[Unit]:
        kinds = list(_PHASES[part.phase])
        first = kinds.index(DataKind(part.kind)) if part.kind else 0
        for kind in kinds[first:]:
            yield from disposer.listing.due(
                kind,
                part.shard,
                before_ms=self.before_ms(run, kind),
                after=part.after if kind == part.kind else "",
            )

    def before_ms(self, run: Run, kind: DataKind) -> int:
        if kind is DataKind.CONTACT:
            return run.started_ms - self._horizon.contact_days * DAY_MS
        return self._horizon.rules[kind].due_before(run.started_ms)


def part_from(told: Mapping[str, Any]) -> Part:
    return Part(**told)
