"""A witness in memory, and logs that ask it."""

from collections.abc import Sequence
from threading import Lock

from functions.core.audit.keys import VerifierKey
from functions.core.audit.merkle import consistency_proof, leaf_hash
from functions.core.audit.submission import Submission
from functions.core.audit.tiles import Edge, tile_root
from functions.core.audit.witnessing import Seen, Witness
from tests.fakes.audit_log import Signer

NAME = "witness.example/one"
COSIGNER = Signer(NAME, 0xB0B)


class MemoryRecords:
    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self._lock = Lock()

    def last(self, origin: str) -> Seen | None:
        return self.seen.get(origin)

    def move(self, origin: str, old: Seen | None, new: Seen) -> bool:
        with self._lock:
            if self.seen.get(origin) != old:
                return False
            self.seen[origin] = new
            return True


def witness(records: object, *logs: VerifierKey, cosign: object = COSIGNER.signature) -> Witness:
    return Witness(logs=logs, records=records, cosign=cosign)  # type: ignore[arg-type] # wrapped by tests


class Leaves:
    """A log of so many leaves, of which any beginning can be submitted."""

    def __init__(self, leaves: Sequence[bytes], signer: Signer | None = None) -> None:
        self._leaves = list(leaves)
        self._hashes = [leaf_hash(leaf) for leaf in leaves]
        self.signer = signer or Signer()

    def edge(self, size: int) -> Edge:
        return Edge().extended(self._leaves[:size])[0]

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        if not old:
            return ()
        return tuple(
            consistency_proof(
                old, new, lambda level, at: tile_root(self._hashes[at << level : (at + 1) << level])
            )
        )

    def submission(self, old: int, new: int) -> Submission:
        checkpoint = self.signer.checkpoint(self.edge(new))
        return Submission(old, self.proof(old, new), checkpoint)
