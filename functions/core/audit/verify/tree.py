"""The tree above the bundles: computed from below, told by its tiles, and compared with the root.

A node of height h is the hash of 256**h entries. The tile (level, index) holds the nodes of height
`level`; its own hash is one of height `level + 1`.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from functions.core.audit.errors import MalformedError
from functions.core.audit.merkle import HASH_BYTES, range_hash
from functions.core.audit.tiles import WIDTH, Edge, tile_from, tile_path, tile_root, widths
from functions.core.audit.verify.files import Files
from functions.core.audit.verify.report import Kind, Report

Node = bytes | None


class Tree:
    """What is computed, what tiles tell, and which of both was signed.

    `roots`: of full bundles their tile's hash, None where nobody can tell. `edge`: the leaf hashes
    of a partial bundle. `leaves` reads those of one bundle again.
    """

    def __init__(
        self,
        files: Files,
        size: int,
        *,
        roots: Sequence[Node],
        edge: Sequence[bytes] | None,
        leaves: Callable[[int], list[bytes] | None],
    ) -> None:
        self._files, self._size, self._leaves = files, size, leaves
        self._edge = edge
        self._nodes: dict[int, list[Node]] = {1: list(roots)}
        self._settled: dict[tuple[int, int], list[bytes]] = {}
        self.told = lru_cache(maxsize=512)(self._told)
        self._unlike: list[tuple[int, int]] = []
        self._entries_hold = False

    def compute(self, report: Report, *, expired: int) -> None:
        """All levels above the entries; tiles that are not as computed are judged later.

        `expired`: so many bundles are gone from the beginning, and the tiles over them may be.
        """
        for level, full, partial in list(widths(self._size))[1:]:
            nodes = self._nodes[level]
            above: list[Node] = []
            for index in range(full + bool(partial)):
                told = self.told(level, index)
                if told is None and (index + 1) * WIDTH**level > expired:
                    self._lacks(report, level, index)
                mine = nodes[index * WIDTH : (index + 1) * WIDTH]
                if told and len(told) == len(mine):
                    mine = [each or there for each, there in zip(mine, told, strict=True)]
                    nodes[index * WIDTH : (index + 1) * WIDTH] = mine
                    if mine != told:
                        self._unlike.append((level, index))
                known = _known(mine)
                if index < full:
                    above.append(tile_root(known) if known else None)
            self._nodes[level + 1] = above

    def judge(self, report: Report, root: bytes, unlike: Sequence[int]) -> None:
        """Say what was done to whatever is not as it was signed. `unlike`: bundles."""
        told_root, own_root = self._root(self.told), self._root(self.own)
        self._entries_hold = own_root == root
        if root not in (told_root, own_root) and (own_root or told_root):
            report.found(
                Kind.REWRITTEN, "checkpoint", "the entries lead to another root than the signed one"
            )
        affected = sorted({*self._unlike, *((0, number) for number in unlike)}, reverse=True)
        for level, index in affected:
            if (level, index) not in self._settled:
                self._judge(report, level, index, self._from_above(level, index))

    def root_of(self, size: int) -> Node:
        """Of the log when it had so many entries; None where the files do not tell."""
        try:
            return range_hash(0, size, self._subtree)
        except LookupError:
            return None

    def own(self, level: int, index: int) -> list[bytes] | None:
        """The hashes of a tile as computed."""
        if level:
            return _known(self._nodes[level][index * WIDTH : (index + 1) * WIDTH])
        if index == self._size // WIDTH:
            return list(self._edge) if self._edge else None
        return self._leaves(index)

    def _judge(self, report: Report, level: int, index: int, signed: Node) -> None:
        """`signed`: the hash that this tile should have, None where nobody can tell."""
        told, own = self.told(level, index), self.own(level, index)
        name = tile_path(level, index, self._width(level, index))
        best = own if own and (told is None or self._holds(own, signed)) else told
        self._settled[level, index] = best or []
        if own is not None and best is own and told is not None and own != told:
            at = next(
                at for at, pair in enumerate(zip(own, told, strict=False)) if pair[0] != pair[1]
            )
            report.found(Kind.FLIPPED, name, f"hash {at} is not that of what lies below")
            return
        if signed and told is not None and tile_root(told) != signed:
            first = index * WIDTH ** (level + 1)
            report.found(Kind.REWRITTEN, name, f"from entry {first} on this is not what was signed")
        if told is None or own is None or level == 0:
            return
        for at, (mine, there) in enumerate(zip(own, told, strict=True)):
            if mine != there:
                self._judge(report, level - 1, index * WIDTH + at, there)

    def _holds(self, own: list[bytes], signed: Node) -> bool:
        if signed is None:
            return len(own) < WIDTH and self._entries_hold
        return len(own) == WIDTH and tile_root(own) == signed

    def _from_above(self, level: int, index: int) -> Node:
        """None for a tile of the right edge as well: the signed root alone speaks for it."""
        if self._width(level, index) < WIDTH:
            return None
        above = self.settled(level + 1, index // WIDTH)
        return above[index % WIDTH] if above else None

    def settled(self, level: int, index: int) -> list[bytes] | None:
        """The hashes of a tile that were signed, as far as anyone can tell."""
        return (
            self._settled.get((level, index)) or self.told(level, index) or self.own(level, index)
        )

    def _subtree(self, height: int, index: int) -> bytes:
        level, within = divmod(height, 8)
        tile, at = divmod(index << within, WIDTH)
        hashes = self.settled(level, tile)
        if not hashes or at + (1 << within) > len(hashes):
            raise LookupError
        return tile_root(hashes[at : at + (1 << within)])

    def _root(self, tile: Callable[[int, int], list[bytes] | None]) -> Node:
        levels = []
        for level, full, partial in widths(self._size):
            hashes = tile(level, full) if partial else []
            if hashes is None or len(hashes) != partial:
                return None
            levels.append(tuple(hashes))
        return Edge(self._size, tuple(levels)).root

    def _width(self, level: int, index: int) -> int:
        return min(WIDTH, (self._size >> 8 * level) - index * WIDTH)

    def _told(self, level: int, index: int) -> list[bytes] | None:
        """None: not there, or no tile."""
        width = self._width(level, index)
        data = self._files.read(tile_path(level, index, width))
        if data is None and width < WIDTH:
            data = (self._files.read(tile_path(level, index)) or b"")[: width * HASH_BYTES]
        try:
            return tile_from("", data or b"", width)
        except MalformedError:
            return None

    def _lacks(self, report: Report, level: int, index: int) -> None:
        name = tile_path(level, index, self._width(level, index))
        if self._files.read(name) is None:
            report.found(Kind.MISSING, name, "is not there")
        else:
            report.found(Kind.MALFORMED, name, "is not the hashes that belong there")


def _known(nodes: Sequence[Node]) -> list[bytes] | None:
    known = [node for node in nodes if node is not None]
    return known if known and len(known) == len(nodes) else None
