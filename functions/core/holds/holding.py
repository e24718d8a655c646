"""The steps of a hold's workflow: the archive is gone through and locked, or unlocked.

Each may be repeated, die anywhere, and run beside itself; what it does follows from the state the
hold is in by then.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import takewhile
from typing import Protocol

from functions.core.archive.errors import ArchiveDamagedError
from functions.core.archive.model import Record
from functions.core.archive.segment import SEGMENT_ENDING, manifest_name, segment_from
from functions.core.audit.model import Actor, Event
from functions.core.audit.vocabulary import Action
from functions.core.holds import policy
from functions.core.holds.claims import DynamoClaims
from functions.core.holds.coverage import Concern, objects_of
from functions.core.holds.covering import Covering
from functions.core.holds.cutting import Part, parts_of
from functions.core.holds.errors import StillLockedError, UnknownHoldError
from functions.core.holds.locks import Locks, settle
from functions.core.holds.model import Hold, State, Swept
from functions.core.holds.store import DynamoHolds

_SEGMENTS = "segments/"
_SYSTEM = Actor(kind="system", id="holder")


class Shelf(Protocol):
    def names(self, *, after: str) -> Iterator[tuple[str, int]]: ...

    def read(self, name: str) -> bytes | None: ...


class Holding:
    def __init__(
        self,
        *,
        store: DynamoHolds,
        covering: Covering,
        claims: DynamoClaims,
        shelf: Shelf,
        locks: Locks,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._covering = covering
        self._claims = claims
        self._shelf = shelf
        self._locks = locks
        self._now_ms = now_ms

    def plan(self, hold_id: str) -> list[Part]:
        """What was not written to guards and keys yet is written now."""
        hold = self._load(hold_id)
        if hold.is_in_force and self._covering.cover(hold):
            reach = self._covering.concern(hold).reach
            self._store.planned(hold_id, Swept(day=self._today(), reach=reach))
            # a manifest sorts before its segment, so that it lies in the same part
            since = _since(hold, reach)
            names = self._shelf.names(after=since)
            return _parts((one for one in names if one[0].endswith(SEGMENT_ENDING)), since)
        if hold.state is State.LIFTING:
            self._covering.uncover(hold)
            return _parts((name, 0) for name in self._claims.names(hold_id))
        return []

    def part(self, hold_id: str, part: Part) -> int:
        """How many objects were locked, or unlocked."""
        hold = self._load(hold_id)
        if hold.is_in_force:
            return self._lock(hold, part)
        if hold.state is State.LIFTING:
            return self._unlock(hold, part)
        return 0

    def finish(self, hold_id: str) -> State:
        hold = self._load(hold_id)
        objects = self._claims.count(hold_id)
        if hold.is_in_force:
            entry = _entry(hold, Action.HOLD_PLACED, objects)
            self._store.placed(hold, objects=objects, now_ms=self._now_ms(), entry=entry)
        elif hold.state is State.LIFTING:
            if objects:
                raise StillLockedError("objects of the archive are still locked")
            entry = _entry(hold, Action.HOLD_LIFTED, hold.objects)
            self._store.lifted(hold, now_ms=self._now_ms(), entry=entry)
        return self._load(hold_id).state

    def fail(self, hold_id: str) -> None:
        """Guards stand as they stood; whoever repeats the request begins another execution."""
        self._store.again(self._load(hold_id), error="internal_error")

    def _lock(self, hold: Hold, part: Part) -> int:
        concern, done = self._covering.concern(hold), 0
        listed = takewhile(
            lambda one: one[0] <= part["until"], self._shelf.names(after=part["after"])
        )
        names = [name for name, _ in listed]
        there = set(names)
        for segment in (name for name in names if name.endswith(SEGMENT_ENDING)):
            objects = self._objects(segment, concern)
            if objects is None:
                continue
            manifest = manifest_name(segment)
            for name in (segment, *[manifest] * (manifest in there), *objects):
                if not self._claims.claim(hold.id, name):
                    return done  # it was lifted meanwhile
                settle(name, self._claims, self._locks)
                done += 1
        return done

    def _objects(self, segment: str, concern: Concern) -> list[str] | None:
        """Of a segment that concerns the hold, what lies beside it; None: it does not."""
        found: list[Record] = []

        def visit(record: Record) -> None:
            if concern.of(record):
                found.append(record)

        data = self._shelf.read(segment)
        if data is None:
            return None
        try:
            segment_from(segment, data, visit=visit)
        except ArchiveDamagedError:
            return []  # it may be evidence, of what it held or of what befell it
        return [name for record in found for name in objects_of(record)] if found else None

    def _unlock(self, hold: Hold, part: Part) -> int:
        done = 0
        for name in list(self._claims.names(hold.id, **part)):
            self._claims.release(hold.id, name)
            settle(name, self._claims, self._locks)
            self._claims.forget(hold.id, name)
            done += 1
        return done

    def _load(self, hold_id: str) -> Hold:
        hold = self._store.load(hold_id)
        if hold is None:
            raise UnknownHoldError("no legal hold has this id")
        return hold

    def _today(self) -> str:
        return _day(self._now_ms() - policy.number("sweep", "margin") * policy.DAY_MS)


def _since(hold: Hold, reach: str) -> str:
    """Nothing of the hold that was not looked for before has a name before this one."""
    if hold.swept is not None and hold.swept.reach == reach:
        return hold.swept.day
    if hold.scope.from_ms is None:
        return _SEGMENTS
    # what is stored, is stored after it happened
    return _day(max(0, hold.scope.from_ms - policy.DAY_MS))


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime(f"{_SEGMENTS}%Y/%m/%d/")


def _parts(names: Iterable[tuple[str, int]], since: str = "") -> list[Part]:
    return parts_of(
        names,
        since=since,
        size=policy.number("part", "bytes"),
        count=policy.number("part", "objects"),
        most=policy.number("part", "most"),
    )


def _entry(hold: Hold, action: Action, objects: int) -> Event:
    return Event(
        action=action,
        by=_SYSTEM,
        on=hold.scope.contacts,
        what=f"hold/{hold.id}",
        facts={"aliases": len(hold.nodes), "keys": len(hold.keys), "archive_objects": objects},
    )
