"""A witness: cosigns a checkpoint only if it continues the one it cosigned before.

Answers are those of C2SP tlog-witness. It holds nothing of a log but its last checkpoint: enough
to notice that a log shows another history to somebody, or takes entries back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from functions.core.audit.errors import MalformedError
from functions.core.audit.keys import VerifierKey
from functions.core.audit.merkle import EMPTY_ROOT, is_consistent
from functions.core.audit.note import Checkpoint, Signature
from functions.core.audit.submission import Submission, submission_from

# against others that submit for the same log: who loses a round learns of a larger size
_ROUNDS = 3


class Status(IntEnum):
    """As over HTTP."""

    COSIGNED = 200
    MALFORMED = 400
    UNSIGNED = 403
    UNKNOWN_LOG = 404
    CONFLICT = 409
    INCONSISTENT = 422


@dataclass(frozen=True)
class Answer:
    """`body`: a signature line, the size that the witness knows, or a sentence.

    `forked`: the log's own key signed what does not continue the checkpoint before.
    """

    status: Status
    body: str
    forked: bool = False


class Cosigned(Protocol):
    """The last checkpoint of each log."""

    def last(self, origin: str) -> Checkpoint | None: ...

    def move(self, checkpoint: Checkpoint, before: Checkpoint | None) -> bool:
        """False, and nothing is stored: the last one is not `before` any more."""


class Witness:
    def __init__(
        self,
        *,
        keys: Sequence[VerifierKey],
        store: Cosigned,
        cosign: Callable[[str], Signature],
    ) -> None:
        """`keys`: of the logs that it knows, each under its log's origin."""
        self._keys = keys
        self._store = store
        self._cosign = cosign

    def answer(self, body: str) -> Answer:
        """To an add-checkpoint request."""
        try:
            asked = submission_from(body)
        except MalformedError as error:
            return Answer(Status.MALFORMED, f"{error}\n")
        keys = [key for key in self._keys if key.name == asked.checkpoint.origin]
        if not keys:
            return Answer(Status.UNKNOWN_LOG, "this witness does not know the log\n")
        if not any(key.has_signed(asked.checkpoint) for key in keys):
            return Answer(Status.UNSIGNED, "the checkpoint is not signed by the log's key\n")
        if asked.old > asked.checkpoint.size:
            return Answer(Status.MALFORMED, "the old size is beyond the checkpoint's\n")
        return self._considered(asked)

    def _considered(self, asked: Submission) -> Answer:
        checkpoint = asked.checkpoint
        for _ in range(_ROUNDS):
            last = self._store.last(checkpoint.origin)
            refused = _refused(asked, last)
            if refused:
                return refused
            # stored before it is signed: whatever bears the signature, the next one continues
            is_known = last is not None and last.size == checkpoint.size
            if is_known or self._store.move(checkpoint, last):
                return Answer(Status.COSIGNED, self._cosign(checkpoint.text).line)
        return Answer(Status.CONFLICT, _size(last))


def _refused(asked: Submission, last: Checkpoint | None) -> Answer | None:
    checkpoint = asked.checkpoint
    size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
    if asked.old != size:
        return Answer(Status.CONFLICT, _size(last))
    if checkpoint.size == size and checkpoint.root != root:
        return Answer(Status.CONFLICT, _size(last), forked=True)
    if not is_consistent(
        old=size, new=checkpoint.size, old_root=root, new_root=checkpoint.root, proof=asked.proof
    ):
        said = f"the proof does not lead from {size} entries to {checkpoint.size}\n"
        return Answer(Status.INCONSISTENT, said, forked=True)
    return None


def _size(last: Checkpoint | None) -> str:
    return f"{last.size if last else 0}\n"
