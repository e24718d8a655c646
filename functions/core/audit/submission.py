"""The body of an add-checkpoint request: C2SP tlog-witness. Standard library only."""

import base64
import re
from dataclasses import dataclass

from functions.core.audit.errors import MalformedError
from functions.core.audit.note import Checkpoint, checkpoint_from, hashes_from

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_MOST_HASHES = 63  # tlog-witness
# far more than a proof and some signatures; a witness stores what it accepts
_MOST_CHARACTERS = 16_384
# KMS signs no longer message (API reference of Sign, 2026)
_MOST_SIGNED_BYTES = 4096


@dataclass(frozen=True)
class Submission:
    """`proof`: that the tree of `old` entries begins the one of the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def body(self) -> str:
        lines = [f"old {self.old}", *(base64.b64encode(each).decode() for each in self.proof)]
        return "\n".join(lines) + "\n\n" + self.checkpoint.note.decode()


def submission_from(body: str) -> Submission:
    """MalformedError says what is wrong, and quotes nothing."""
    if len(body) > _MOST_CHARACTERS:
        raise MalformedError("request", f"is longer than {_MOST_CHARACTERS} characters")
    head, blank, note = body.partition("\n\n")
    if not blank:
        raise MalformedError("request", "has no empty line before the checkpoint")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if old is None:
        raise MalformedError("request", "line 1 is not `old <size>`")
    proof = hashes_from(lines, "request", first=2, most=_MOST_HASHES)
    checkpoint = checkpoint_from(_bytes(note))
    if len(checkpoint.text.encode()) > _MOST_SIGNED_BYTES:
        raise MalformedError("checkpoint", f"its text is longer than {_MOST_SIGNED_BYTES} bytes")
    return Submission(int(old[1]), proof, checkpoint)


def _bytes(note: str) -> bytes:
    try:
        return note.encode()
    except UnicodeEncodeError:  # JSON can carry half of a surrogate pair
        raise MalformedError("checkpoint", "is not UTF-8") from None
