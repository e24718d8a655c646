"""A witness is asked to sign the newest checkpoint: the log's side of C2SP tlog-witness."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from functions.core.audit.errors import LogDamagedError, WitnessRefusedError
from functions.core.audit.log_s3 import CHECKPOINT, COSIGNED
from functions.core.audit.note import Checkpoint, checkpoint_from
from functions.core.audit.reading import LogReader
from functions.core.audit.submission import Submission
from functions.core.audit.witnessing import Answer

# once to learn what the witness knows, once to go on from there, and again against another run
_ROUNDS = 4
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\n", re.ASCII)


class Checkpoints(Protocol):
    def checkpoint(self, path: str) -> tuple[Checkpoint | None, str | None]: ...

    def move_checkpoint(self, checkpoint: Checkpoint, tag: str | None, path: str) -> bool: ...


class Cosigner:
    """`ask`: hands the witness a request and gives its answer."""

    def __init__(
        self, *, log: Checkpoints, reader: LogReader, ask: Callable[[str], Answer]
    ) -> None:
        self._log = log
        self._reader = reader
        self._ask = ask

    def cosign(self) -> None:
        """WitnessRefusedError: it knows another history, or not this log.

        Whether the signature is the witness's, those say who have its key: auditors.
        """
        before, tag = self._log.checkpoint(COSIGNED)
        old = before.size if before else 0
        for _ in range(_ROUNDS):
            newest = self._newest()
            if old > newest.size:
                raise WitnessRefusedError("the witness has signed more than there is")
            proof = tuple(self._reader.consistency(old, newest.size))
            answer = self._ask(Submission(old, proof, newest).body)
            if answer.status == HTTPStatus.OK:
                cosigned = checkpoint_from(newest.note + answer.body.encode(), "witness's answer")
                if len(cosigned.signatures) == len(newest.signatures):
                    raise WitnessRefusedError("the witness's answer holds no signature")
                # where it was moved meanwhile, there is a newer one
                self._log.move_checkpoint(cosigned, tag, COSIGNED)
                return
            old = _known(answer, old)
        raise WitnessRefusedError("other runs kept coming first")

    def _newest(self) -> Checkpoint:
        newest, _ = self._log.checkpoint(CHECKPOINT)
        if newest is None:
            raise LogDamagedError("the checkpoint is not there any more")
        return newest


def _known(answer: Answer, old: int) -> int:
    """The size that the witness signed last, other than what it was told."""
    size = _SIZE.fullmatch(answer.body) if answer.status == HTTPStatus.CONFLICT else None
    if size is None or int(size[1]) == old:
        raise WitnessRefusedError(f"the witness answered {answer.status}")
    return int(size[1])
