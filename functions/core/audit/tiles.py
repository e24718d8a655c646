"""A tree as static files: C2SP tlog-tiles, with what an append writes.

Standard library only. Paths are relative to the log's root.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from functions.core.audit.errors import MalformedError
from functions.core.audit.merkle import HASH_BYTES, folded, leaf_hash, node_hash

WIDTH = 256
_LENGTH = struct.Struct(">H")


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    return _path(f"tile/{level}", index, width)


def bundle_path(index: int, width: int = WIDTH) -> str:
    return _path("tile/entries", index, width)


def _path(folder: str, index: int, width: int) -> str:
    """`index` in groups of three digits, all but the last marked: 1234067 is x001/x234/067."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    return f"{folder}/{'/'.join(groups)}{f'.p/{width}' if width < WIDTH else ''}"


def widths(size: int) -> Iterator[tuple[int, int, int]]:
    """Of a tree of `size` leaves: level, full tiles, width of the partial one (0: none)."""
    level = 0
    while size:
        full, partial = divmod(size, WIDTH)
        yield level, full, partial
        level, size = level + 1, full


def tile_from(path: str, data: bytes, width: int) -> list[bytes]:
    if len(data) != width * HASH_BYTES:
        raise MalformedError(path, f"{len(data)} bytes, not {width} hashes of {HASH_BYTES}")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def bundle_from(path: str, data: bytes, width: int) -> list[bytes]:
    entries = entries_in(path, data)
    if len(entries) != width:
        raise MalformedError(path, f"{len(entries)} entries, not {width}")
    return entries


def entries_in(path: str, data: bytes) -> list[bytes]:
    """However many there are."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        if at + _LENGTH.size > len(data):
            raise MalformedError(path, "ends within the length of an entry")
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if at + length > len(data):
            raise MalformedError(path, f"ends within entry {len(entries)}")
        entries.append(data[at : at + length])
        at += length
    return entries


def bundle_of(entries: Sequence[bytes]) -> bytes:
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """Of 2**n hashes; of a full tile, the hash that stands for it in the tile above."""
    while len(hashes) > 1:
        pairs = range(0, len(hashes), 2)
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in pairs]
    return hashes[0]


@dataclass(frozen=True)
class Edge:
    """The right edge of a tree: all that is needed to append to it.

    `hashes`: of each level the partial tile, empty where there is none. `bundle`: the entries of
    the partial bundle.
    """

    size: int = 0
    hashes: tuple[tuple[bytes, ...], ...] = ()
    bundle: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        peaks: list[bytes] = []
        for level in reversed(self.hashes):
            at = 0
            for bit in range(7, -1, -1):
                if len(level) & (1 << bit):
                    peaks.append(tile_root(level[at : at + (1 << bit)]))
                    at += 1 << bit
        return folded(peaks)

    def extended(self, entries: Sequence[bytes]) -> tuple["Edge", dict[str, bytes]]:
        """The edge with `entries` appended, and the files to write before anyone is told of it."""
        files: dict[str, bytes] = {}
        bundle, number = list(self.bundle), self.size // WIDTH
        for entry in entries:
            bundle.append(entry)
            if len(bundle) == WIDTH:
                files[bundle_path(number)] = bundle_of(bundle)
                bundle, number = [], number + 1
        if bundle and entries:
            files[bundle_path(number, len(bundle))] = bundle_of(bundle)
        levels: list[tuple[bytes, ...]] = []
        new, level, size = [leaf_hash(entry) for entry in entries], 0, self.size
        while new or level < len(self.hashes):
            hashes = [*(self.hashes[level] if level < len(self.hashes) else ()), *new]
            first, is_changed = size // WIDTH, bool(new)
            full = len(hashes) // WIDTH
            parts = [hashes[at * WIDTH : (at + 1) * WIDTH] for at in range(full)]
            rest = hashes[full * WIDTH :]
            for offset, part in enumerate(parts):
                files[tile_path(level, first + offset)] = b"".join(part)
            if rest and is_changed:
                files[tile_path(level, first + full, len(rest))] = b"".join(rest)
            levels.append(tuple(rest))
            new, level, size = [tile_root(part) for part in parts], level + 1, size // WIDTH
        edge = Edge(self.size + len(entries), tuple(levels), tuple(bundle))
        return edge, files
