"""What a log asks a witness: C2SP tlog-witness, `add-checkpoint`, the body of the request.

Standard library only. https://c2sp.org/tlog-witness
"""

import base64
import re
from dataclasses import dataclass

from functions.core.audit.errors import MalformedError
from functions.core.audit.merkle import HASH_BYTES
from functions.core.audit.note import Checkpoint, checkpoint_from, decoded

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_MOST_HASHES = 63
_WHAT = "request"


@dataclass(frozen=True)
class Submission:
    """`old`: the size that the witness signed last; `proof`: that `checkpoint` continues it."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def body(self) -> str:
        lines = [f"old {self.old}", *(base64.b64encode(each).decode() for each in self.proof)]
        return "\n".join(lines) + "\n\n" + self.checkpoint.note.decode()


def submission_from(body: str) -> Submission:
    head, blank, note = body.partition("\n\n")
    if not blank:
        raise MalformedError(_WHAT, "has no blank line before its checkpoint")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if old is None:
        raise MalformedError(_WHAT, "line 1 is not `old <size>`")
    if len(lines) > _MOST_HASHES:
        raise MalformedError(_WHAT, f"has more than {_MOST_HASHES} hashes")
    proof = tuple(decoded(line, _WHAT, f"line {at}") for at, line in enumerate(lines, 2))
    if any(len(each) != HASH_BYTES for each in proof):
        raise MalformedError(_WHAT, f"a hash is not of {HASH_BYTES} bytes")
    try:
        told = note.encode()
    except UnicodeEncodeError:  # half a pair, which JSON can escape
        raise MalformedError(_WHAT, "is not UTF-8") from None
    return Submission(int(old[1]), proof, checkpoint_from(told))
