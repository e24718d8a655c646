"""A witness: it signs a checkpoint only if that continues the last one it signed.

Statuses are those of C2SP tlog-witness, `add-checkpoint`. What it signed last is stored before it
answers, on the condition that nothing else was stored meanwhile: of two requests one wins, the
other is told the new size. Whatever dies between the two calls, no fork is ever signed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from functions.core.audit.errors import MalformedError
from functions.core.audit.keys import VerifierKey
from functions.core.audit.merkle import EMPTY_ROOT, is_consistent
from functions.core.audit.note import Signature
from functions.core.audit.submission import Submission, submission_from

# KMS signs messages up to this size (API reference, Sign, 2026)
_MOST_BYTES = 4_096


@dataclass(frozen=True)
class Seen:
    """The tree that was signed last."""

    size: int
    root: bytes


_NOTHING = Seen(0, EMPTY_ROOT)


class Records(Protocol):
    def last(self, origin: str) -> Seen | None:
        """As of now, not as of a moment ago."""

    def move(self, origin: str, old: Seen | None, new: Seen) -> bool:
        """False: it is not `old` any more. No two calls with the same `old` are answered True."""


@dataclass(frozen=True)
class Answer:
    """`is_fork`: the log has signed two trees of one size; told to the witness's owner only."""

    status: int
    body: str
    is_fork: bool = False


class Witness:
    def __init__(
        self,
        *,
        logs: Sequence[VerifierKey],
        records: Records,
        cosign: Callable[[str], Signature],
    ) -> None:
        """`logs`: keys of the logs it knows; one may have several."""
        self._logs = logs
        self._records = records
        self._cosign = cosign

    def add_checkpoint(self, body: str) -> Answer:
        try:
            asked = submission_from(body)
        except MalformedError as error:
            return _refused(HTTPStatus.BAD_REQUEST, str(error))
        return self._stranger(asked) or self._signed(asked)

    def _stranger(self, asked: Submission) -> Answer | None:
        """Why this is no log's request, or None."""
        checkpoint = asked.checkpoint
        keys = [key for key in self._logs if key.name == checkpoint.origin]
        if not keys:
            return _refused(HTTPStatus.NOT_FOUND, "the log is not known")
        if not any(key.has_signed(checkpoint) for key in keys):
            return _refused(HTTPStatus.FORBIDDEN, "not signed by a key of the log")
        if asked.old > checkpoint.size:
            return _refused(HTTPStatus.BAD_REQUEST, "the old size is beyond the checkpoint's")
        if len(checkpoint.text.encode()) > _MOST_BYTES:
            return _refused(HTTPStatus.BAD_REQUEST, f"more than {_MOST_BYTES} bytes to sign")
        return None

    def _signed(self, asked: Submission) -> Answer:
        checkpoint = asked.checkpoint
        stored = self._records.last(checkpoint.origin)
        known = stored or _NOTHING
        if asked.old != known.size:
            return _conflict(known)
        new = Seen(checkpoint.size, checkpoint.root)
        if asked.old == new.size and not asked.proof and new.root != known.root:
            return _conflict(known, is_fork=True)
        if not is_consistent(
            old=known.size,
            new=new.size,
            old_root=known.root,
            new_root=new.root,
            proof=asked.proof,
        ):
            return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, "the proof does not hold")
        if new != stored and not self._records.move(checkpoint.origin, stored, new):
            return _conflict(self._records.last(checkpoint.origin) or _NOTHING)
        return Answer(HTTPStatus.OK, self._cosign(checkpoint.text).line)


def _conflict(known: Seen, *, is_fork: bool = False) -> Answer:
    """The size that was signed last: what the log should have begun from."""
    return Answer(HTTPStatus.CONFLICT, f"{known.size}\n", is_fork)


def _refused(status: HTTPStatus, why: str) -> Answer:
    return Answer(status, f"{why}\n")
