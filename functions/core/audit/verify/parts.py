"""A range of bundles read by one process: all that the others need to know of it, and no more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from functions.core.audit.errors import MalformedError
from functions.core.audit.merkle import HASH_BYTES, leaf_hash
from functions.core.audit.tiles import (
    WIDTH,
    bundle_path,
    entries_in,
    tile_from,
    tile_path,
    tile_root,
)
from functions.core.audit.verify.entries import parsed
from functions.core.audit.verify.files import Files
from functions.core.audit.vocabulary import Action


class Run(NamedTuple):
    """Entries of one writer that follow on each other in number, hash and time.

    `place`: where the first of them stands. `lowest`: where the first in the log stands.
    """

    writer: str
    first: int
    previous: str
    began: str
    last: int
    digest: str
    ended: str
    place: int
    lowest: int


class Stretch(NamedTuple):
    """Entries up to the end of their batch, or as far as this range tells.

    `low`, `high`: the earliest and the latest time in it, each with its place. `seal`: the facts
    that end the batch, with `at`; None where it goes on.
    """

    start: int
    end: int
    low: tuple[str, int]
    high: tuple[str, int]
    seal: dict[str, Any] | None


class Opened(NamedTuple):
    function: str
    number: int
    place: int


@dataclass
class Part:
    """`roots`: of each bundle its tile's hash, None where nobody can tell.

    `holes`: bundles whose entries are not known. `edge`: leaf hashes of a partial last bundle.
    `unlike`: bundles that are not what their tile says. `lacking`: files that are not there,
    each with its bundle's number.
    """

    roots: list[bytes | None] = field(default_factory=list)
    edge: list[bytes] | None = None
    holes: list[int] = field(default_factory=list)
    unlike: list[int] = field(default_factory=list)
    lacking: list[tuple[int, str]] = field(default_factory=list)
    malformed: list[tuple[str, str]] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    entries: int = 0

    def add(self, other: "Part") -> None:
        """What the range after this one told."""
        self.roots += other.roots
        self.edge = other.edge
        self.holes += other.holes
        self.unlike += other.unlike
        self.lacking += other.lacking
        self.malformed += other.malformed
        self.stretches += other.stretches
        self.runs += other.runs
        self.opened += other.opened
        self.entries += other.entries


def part_of(files: Files, first: int, last: int, size: int) -> Part:
    """Bundles `first` up to `last` of a log of `size` entries."""
    part = Part()
    chains: dict[str, list[Any]] = {}
    for number, bundle, tile in _read(files, first, last, size):
        width = min(WIDTH, size - number * WIDTH)
        entries = _bundle(part, number, width, bundle)
        hashes = _tile(part, number, width, tile)
        leaves = [leaf_hash(each) for each in entries] if entries is not None else None
        known = leaves if leaves is not None and len(leaves) == width else hashes
        if width < WIDTH:
            part.edge = known
        else:
            part.roots.append(tile_root(known) if known else None)
        if entries is not None and (leaves == hashes or (hashes is None and known is leaves)):
            _take(part, chains, number * WIDTH, entries)
            continue
        part.holes.append(number)
        if entries is not None:
            part.unlike.append(number)
    part.runs = [run for one in chains.items() for run in _runs(*one)]
    return part


def _read(
    files: Files, first: int, last: int, size: int
) -> Iterator[tuple[int, bytes | None, bytes | None]]:
    numbers = range(first, last)
    widths = [min(WIDTH, size - number * WIDTH) for number in numbers]
    bundles = files.read_all([bundle_path(*each) for each in zip(numbers, widths, strict=True)])
    tiles = files.read_all([tile_path(0, *each) for each in zip(numbers, widths, strict=True)])
    for number, width, bundle, tile in zip(numbers, widths, bundles, tiles, strict=True):
        if width == WIDTH:
            yield number, bundle, tile
            continue
        fuller, its = files.read(bundle_path(number)), files.read(tile_path(0, number)) or b""
        yield (
            number,
            _shortened(fuller, width) if bundle is None else bundle,
            its[: width * HASH_BYTES] or None if tile is None else tile,
        )


def _shortened(data: bytes | None, width: int) -> bytes | None:
    """A full bundle stands for a partial one."""
    if data is None:
        return None
    at = 0
    for _ in range(width):
        at += 2 + int.from_bytes(data[at : at + 2])
    return data[:at]


def _bundle(part: Part, number: int, width: int, data: bytes | None) -> list[bytes] | None:
    name = bundle_path(number, width)
    if data is None:
        part.lacking.append((number, name))
        return None
    try:
        return entries_in(name, data)
    except MalformedError as error:
        part.malformed.append((name, error.detail))
        return None


def _tile(part: Part, number: int, width: int, data: bytes | None) -> list[bytes] | None:
    name = tile_path(0, number, width)
    if data is None:
        part.lacking.append((number, name))
        return None
    try:
        return tile_from(name, data, width)
    except MalformedError as error:
        part.malformed.append((name, error.detail))
        return None


def _take(part: Part, chains: dict[str, list[Any]], start: int, bundle: Sequence[bytes]) -> None:
    part.entries += len(bundle)
    begin, times = start, []
    for place, (entry, told) in enumerate(zip(bundle, parsed(bundle), strict=True), start):
        if isinstance(told, str):
            part.malformed.append((f"entry {place}", told))
            continue
        writer, number, previous, at, action, facts = told
        times.append((at, place))
        link = (number, previous, sha256(entry).hexdigest(), at, place)
        if writer in chains:
            chains[writer].append(link)
        else:
            chains[writer] = [link]
        if facts is None:
            continue
        if action == Action.LOG_WRITER_OPENED:
            part.opened.append(Opened(facts["function"], facts["number"], place))
        elif action == Action.LOG_BATCH_SEALED:
            seal = {"at": at, **facts}
            part.stretches.append(Stretch(begin, place + 1, min(times), max(times), seal))
            begin, times = place + 1, []
    end = start + len(bundle)
    if begin < end:
        times = times or [("", begin)]
        part.stretches.append(Stretch(begin, end, min(times), max(times), None))


def _runs(writer: str, links: Iterable[Any]) -> Iterator[Run]:
    """Joined only where nothing is wrong: whatever is, lies between two runs."""
    first: Any = None
    last, digest, ended, lowest = -1, "", "", 0
    for link in sorted(links):
        number, previous, hashed, at, place = link
        if first and number == last + 1 and previous == digest and at >= ended:
            lowest = min(lowest, place)
        else:
            if first:
                yield _run(writer, first, last, digest, ended, lowest)
            first, lowest = link, place
        last, digest, ended = number, hashed, at
    yield _run(writer, first, last, digest, ended, lowest)


def _run(writer: str, first: Any, last: int, digest: str, ended: str, lowest: int) -> Run:
    number, previous, _, began, place = first
    return Run(writer, number, previous, began, last, digest, ended, place, lowest)
