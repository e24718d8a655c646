"""One entry's proof in one file: C2SP tlog-proof. The entry itself travels in it as `extra`.

Standard library only, but for the key that verifies.
"""

import base64
import re
from dataclasses import dataclass

from functions.core.audit.errors import MalformedError
from functions.core.audit.merkle import is_included, leaf_hash
from functions.core.audit.note import Checkpoint, checkpoint_from, decoded, hashes_from

_HEAD = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_MOST_HASHES = 64


@dataclass(frozen=True)
class Proof:
    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint
    entry: bytes

    @property
    def file(self) -> bytes:
        lines = [_HEAD, f"extra {_told(self.entry)}", f"index {self.index}"]
        lines += [_told(each) for each in self.hashes]
        return ("\n".join(lines) + "\n\n").encode() + self.checkpoint.note

    def holds(self) -> bool:
        """Whether the entry is in the checkpoint's tree; who signed that is asked elsewhere."""
        return is_included(
            index=self.index,
            size=self.checkpoint.size,
            leaf=leaf_hash(self.entry),
            proof=self.hashes,
            root=self.checkpoint.root,
        )


def proof_from(data: bytes) -> Proof:
    head, blank, note = data.partition(b"\n\n")
    if not blank:
        raise MalformedError("proof", "has no blank line before its checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise MalformedError("proof", "holds other than ASCII before its checkpoint") from None
    if lines[0] != _HEAD:
        raise MalformedError("proof", f"does not begin with {_HEAD}")
    if len(lines) < 2 or not lines[1].startswith("extra "):  # noqa: PLR2004 - the line after
        raise MalformedError("proof", "line 2 holds no entry (`extra`)")
    entry = decoded(lines[1].removeprefix("extra "), "proof", "line 2")
    index = _INDEX.fullmatch(lines[2]) if len(lines) > 2 else None  # noqa: PLR2004
    if index is None:
        raise MalformedError("proof", "line 3 is not `index <number>`")
    hashes = hashes_from(lines[3:], "proof", first=4, most=_MOST_HASHES)
    return Proof(int(index[1]), hashes, checkpoint_from(note, "proof: checkpoint"), entry)


def _told(data: bytes) -> str:
    return base64.b64encode(data).decode()
