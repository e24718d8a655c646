"""The log gone through once, from the checkpoint down to every entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from functions.core.audit.errors import MalformedError
from functions.core.audit.keys import VerifierKey
from functions.core.audit.merkle import leaf_hash
from functions.core.audit.note import Checkpoint
from functions.core.audit.tiles import WIDTH, bundle_path, entries_in
from functions.core.audit.verify import alignment
from functions.core.audit.verify.beyond import check_beyond
from functions.core.audit.verify.chains import check_chains
from functions.core.audit.verify.files import Files
from functions.core.audit.verify.known import (
    check_known,
    check_versions,
    check_witness,
    checked,
)
from functions.core.audit.verify.parts import Part, Stretch
from functions.core.audit.verify.report import AHEAD, LATE, Kind, Report, entry
from functions.core.audit.verify.spread import gathered
from functions.core.audit.verify.times import Times, check_batches, merged, times_of
from functions.core.audit.verify.tree import Tree
from functions.core.audit.verify.writers import check_writers, openings

# files are deleted once a day, by clocks that are not the log's
_SLACK = timedelta(days=1)

# bundles that are looked at entry by entry; of more nobody wants to know it
_COMPARED = 256


@dataclass(frozen=True, kw_only=True)
class Options:
    """`until`: when the log should reach to. `now`: what lies after it cannot be."""

    key: VerifierKey
    witness: VerifierKey | None = None
    known: Sequence[tuple[str, bytes]] = ()
    until: datetime | None = None
    now: datetime | None = None
    retention: timedelta
    processes: int = 1


class Walk:
    def __init__(self, files: Files, options: Options) -> None:
        self._files, self._options = files, options
        self._report = Report()

    def run(self) -> Report:
        current = self._checkpoint()
        if current is not None:
            heard = gathered(self._files, current.size, self._options.processes)
            self._walk(current, heard)
        return self._report.closed()

    def _checkpoint(self) -> Checkpoint | None:
        data = self._files.read("checkpoint")
        if data is None:
            self._report.found(Kind.MISSING, "checkpoint", "is not there")
            return None
        found = checked(self._report, self._options.key, "checkpoint", data)
        if found:
            report = self._report
            report.origin, report.size, report.root = found.origin, found.size, found.root
        return found

    def _walk(self, current: Checkpoint, heard: Part) -> None:
        report, options = self._report, self._options
        expired = _expired(heard, report.size)
        for place, detail in heard.malformed:
            report.found(Kind.MALFORMED, place, detail)
        for number, name in heard.lacking:
            if number >= expired:
                report.found(Kind.MISSING, name, "is not there")
        tree = self._tree(heard, expired)
        batches = merged(heard.stretches)
        holes = [(each * WIDTH, (each + 1) * WIDTH) for each in heard.holes]
        times = times_of(batches, holes)
        self._check_entries(heard, batches, times)
        self._check_ends(times, expired)
        check_known(report, options.key, tree, options.known)
        check_versions(report, options.key, tree, self._files)
        if options.witness:
            check_witness(
                self._files,
                report,
                tree,
                times,
                current=current,
                key=options.key,
                witness=options.witness,
            )

    def _tree(self, heard: Part, expired: int) -> Tree:
        tree = Tree(
            self._files,
            self._report.size,
            roots=heard.roots,
            edge=heard.edge,
            leaves=lru_cache(maxsize=64)(self._leaves),
        )
        tree.compute(self._report, expired=expired)
        tree.judge(self._report, self._report.root, heard.unlike)
        self._diagnose(tree, heard.unlike)
        return tree

    def _leaves(self, number: int) -> list[bytes] | None:
        width = min(WIDTH, self._report.size - number * WIDTH)
        try:
            entries = entries_in("", self._files.read(bundle_path(number, width)) or b"")
        except MalformedError:
            return None
        return [leaf_hash(each) for each in entries] or None

    def _diagnose(self, tree: Tree, unlike: list[int]) -> None:
        """What was done to bundles that are not what their tiles say."""
        pairs = [(self._leaves(at) or [], tree.settled(0, at) or []) for at in unlike[:_COMPARED]]
        moved = len(pairs) > 1 and alignment.are_moved(*zip(*pairs, strict=True))
        for number, (leaves, signed) in zip(unlike, pairs, strict=False):
            width = min(WIDTH, self._report.size - number * WIDTH)
            name = bundle_path(number, width)
            if moved and leaves != signed:
                place = f"{entry(number * WIDTH)} in {name}"
                self._report.found(Kind.SWAPPED, place, "entries of other bundles stand here")
                continue
            told = (
                alignment.differences(leaves, signed)
                if len(signed) == width
                else alignment.counted(len(leaves), width)
            )
            for kind, at, detail in told:
                self._report.found(kind, f"{entry(number * WIDTH + at)} in {name}", detail)
        for number in unlike[_COMPARED:]:
            self._report.found(Kind.FLIPPED, bundle_path(number), "is not what its tile says")

    def _check_entries(self, heard: Part, batches: list[Stretch], times: Times) -> None:
        report = self._report
        report.entries, report.batches = heard.entries, len(times.places)
        check_batches(report, batches, report.size)
        opened = openings(report, heard.opened)
        pending = check_chains(report, heard.runs, times, opened)
        writers = check_writers(report, times, opened=opened, runs=heard.runs, batches=batches)
        if pending.entries or writers:
            report.note(
                f"still on their way at the log's end: {pending.entries} entries, {writers} writers"
            )
        if pending.hidden:
            report.note(f"{pending.hidden} entries of writers may stand where nothing can be read")
        idle = len(opened.keys() - {run.writer for run in heard.runs})
        if idle:
            report.note(f"{idle} writers were opened and have written nothing")

    def _check_ends(self, times: Times, expired: int) -> None:
        report, until, now = self._report, self._options.until, self._options.now
        if times.moments:
            report.first, report.last = times.moments[0], times.moments[-1]
        told = report.last.isoformat() if report.last else "nowhere"
        if until and (report.last is None or report.last < until - LATE):
            said = f"the log ends at {told}, and should reach {until.isoformat()}"
            report.found(Kind.TRUNCATED, "checkpoint", said)
        if now and report.last and report.last > now + AHEAD:
            report.found(
                Kind.BACKDATED, entry(report.size - 1), f"is sealed at {told}, yet to come"
            )
        if expired:
            self._check_prefix(times, expired)
        check_beyond(self._files, report, until)

    def _check_prefix(self, times: Times, expired: int) -> None:
        """The last entry that is gone is at most one batch older than the first that is left."""
        report, options = self._report, self._options
        asked = max([times.end, *(each for each in (options.until, options.now) if each)])
        if not times.moments or times.moments[0] > asked - options.retention + LATE + _SLACK:
            said = f"the {expired * WIDTH} entries up to here are gone before their time"
            report.found(Kind.MISSING, bundle_path(expired - 1), said)
        else:
            report.note(f"{expired * WIDTH} entries from the beginning are gone, past retention")


def _expired(heard: Part, size: int) -> int:
    """Bundles that are not there from the beginning on; never all."""
    gone = {name for _, name in heard.lacking}
    count = 0
    while bundle_path(count) in gone and (count + 1) * WIDTH < size:
        count += 1
    return count
