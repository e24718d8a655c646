"""A log that a witness is asked about, and where a witness keeps what it cosigned."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from functions.core.audit.merkle import consistency_proof, folded, leaf_hash, range_hash
from functions.core.audit.note import Checkpoint, signed
from functions.core.audit.submission import Submission
from functions.core.audit.tiles import tile_root
from functions.core.audit.witness import Cosigned, Witness
from tests.fakes.audit_log import ORIGIN, Signer

WITNESS = Signer(name="witness.example", secret=0x517)


class MemoryCosigned:
    """`Cosigned`: compares and swaps under a lock."""

    def __init__(self) -> None:
        self.notes: dict[str, Checkpoint] = {}
        self._lock = Lock()

    def last(self, origin: str) -> Checkpoint | None:
        return self.notes.get(origin)

    def move(self, checkpoint: Checkpoint, before: Checkpoint | None) -> bool:
        with self._lock:
            last = self.notes.get(checkpoint.origin)
            if (last and (last.size, last.root)) != (before and (before.size, before.root)):
                return False
            self.notes[checkpoint.origin] = checkpoint
            return True


def witness(store: Cosigned | None = None, *logs: Signer) -> Witness:
    keys = [log.key for log in logs or (Signer(),)]
    return Witness(keys=keys, store=store or MemoryCosigned(), cosign=WITNESS.signature)


@dataclass
class Leaves:
    """`name`: logs of another name are of other leaves, signed all the same."""

    name: str = "a"
    signer: Signer = field(default_factory=Signer)
    origin: str = ORIGIN

    def subtree(self, level: int, index: int) -> bytes:
        first = index << level
        told = (f"{self.name} {at}".encode() for at in range(first, first + (1 << level)))
        return tile_root([leaf_hash(each) for each in told])

    def checkpoint(self, size: int) -> Checkpoint:
        root = range_hash(0, size, self.subtree) if size else folded([])
        bare = signed(self.origin, size, root)
        return signed(self.origin, size, root, self.signer.signature(bare.text))

    def proof(self, old: int, new: int) -> Sequence[bytes]:
        return consistency_proof(old, new, self.subtree) if 0 < old <= new else ()

    def request(self, old: int, new: int) -> str:
        return Submission(old, tuple(self.proof(old, new)), self.checkpoint(new)).body


def told(data: bytes) -> str:
    return base64.b64encode(data).decode()
