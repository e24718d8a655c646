"""Reading the log: single entries, their proofs, and what its tiles say of any subtree."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from functions.core.audit.errors import (
    ExpiredError,
    LogDamagedError,
    MalformedError,
    UnknownEntryError,
)
from functions.core.audit.merkle import consistency_proof, inclusion_proof
from functions.core.audit.note import Checkpoint, checkpoint_from
from functions.core.audit.proof import Proof
from functions.core.audit.tiles import (
    WIDTH,
    bundle_from,
    bundle_path,
    tile_from,
    tile_path,
    tile_root,
)

_HEIGHT = 8  # of a tile: 2 ** 8 hashes


class Files(Protocol):
    def read(self, path: str) -> bytes | None: ...


class LogReader:
    def __init__(self, files: Files) -> None:
        self._files = files

    def checkpoint(self) -> Checkpoint:
        return self._checkpoint("checkpoint") or _empty()

    def cosigned(self) -> Checkpoint | None:
        """The newest one that a witness has signed as well."""
        return self._checkpoint("cosigned")

    def bundle(self, number: int, size: int) -> list[bytes] | None:
        """The entries of a bundle as far as a tree of `size` has them; None when it is gone."""
        width = min(size - number * WIDTH, WIDTH)
        if width <= 0:
            return None
        for stored in dict.fromkeys((width, WIDTH)):
            path = bundle_path(number, stored)
            data = self._files.read(path)
            if data is not None:
                return bundle_from(path, data, stored)[:width]
        return None

    def entry(self, index: int) -> bytes:
        return self._entry(index, self.checkpoint().size)

    def proof(self, index: int) -> Proof:
        """Under a checkpoint that a witness has signed, when that one has the entry."""
        cosigned = self.cosigned()
        chosen = cosigned if cosigned and cosigned.size > index else self.checkpoint()
        entry = self._entry(index, chosen.size)
        hashes = inclusion_proof(index, chosen.size, Tree(self._files, chosen.size).subtree)
        proof = Proof(index, tuple(hashes), chosen, entry)
        if not proof.holds():
            raise LogDamagedError(f"entry {index} is not what the tiles say")
        return proof

    def consistency(self, old: int, new: int) -> Sequence[bytes]:
        """That the tree of `old` leaves begins the one of `new`."""
        return consistency_proof(old, new, Tree(self._files, new).subtree) if old else ()

    def _entry(self, index: int, size: int) -> bytes:
        if not 0 <= index < size:
            raise UnknownEntryError("the log is not that long")
        entries = self.bundle(index // WIDTH, size)
        if entries is None:
            raise ExpiredError("past its retention")
        return entries[index % WIDTH]

    def _checkpoint(self, path: str) -> Checkpoint | None:
        data = self._files.read(path)
        try:
            return None if data is None else checkpoint_from(data, path)
        except MalformedError as error:
            raise LogDamagedError(str(error)) from error


class Tree:
    """The tree of `size` leaves, from its tiles."""

    def __init__(self, files: Files, size: int) -> None:
        self._files = files
        self._size = size
        self._tile = lru_cache(maxsize=64)(self._read)

    def subtree(self, level: int, index: int) -> bytes:
        """The hash of the 2**level leaves from leaf index * 2**level on."""
        tile_level, height = divmod(level, _HEIGHT)
        first, count = index << height, 1 << height
        hashes = self._tile(tile_level, first // WIDTH)
        at = first % WIDTH
        return tile_root(hashes[at : at + count])

    def _read(self, level: int, number: int) -> list[bytes]:
        width = min((self._size >> (_HEIGHT * level)) - number * WIDTH, WIDTH)
        for stored in dict.fromkeys((width, WIDTH)):
            path = tile_path(level, number, stored)
            data = self._files.read(path)
            if data is not None:
                return tile_from(path, data, stored)[:width]
        raise LogDamagedError(f"{tile_path(level, number, width)} is not there")


def _empty() -> Checkpoint:
    return Checkpoint(origin="", size=0, root=b"", text="")
