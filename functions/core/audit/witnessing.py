"""The log's side of a witness: asks it for its signature, and keeps the cosigned checkpoint."""

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from functions.core.audit.errors import MalformedError, WitnessRefusedError
from functions.core.audit.log_s3 import COSIGNED
from functions.core.audit.note import Checkpoint, checkpoint_from
from functions.core.audit.submission import Submission
from functions.core.audit.witness import Status
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# a signature line has about 150 characters
_MOST_CHARACTERS = 4096
_SIZE = re.compile(r"([0-9]{1,19})\n?", re.ASCII)

# status and body, as C2SP tlog-witness has them
Ask = Callable[[str], tuple[int, str]]


class Published(Protocol):
    """The log as it can be read, and where a cosigned checkpoint is kept."""

    def checkpoint(self, path: str = ...) -> tuple[Checkpoint | None, str | None]: ...

    def move_checkpoint(self, checkpoint: Checkpoint, tag: str | None, path: str = ...) -> bool: ...


class Witnessing:
    def __init__(
        self,
        *,
        log: Published,
        consistency: Callable[[int, int], Sequence[bytes]],
        ask: Ask,
    ) -> None:
        self._log = log
        self._consistency = consistency
        self._ask = ask

    def cosign(self) -> int:
        """The size that is cosigned now; WitnessRefusedError when the witness would not."""
        stored, tag = self._log.checkpoint(COSIGNED)
        known = stored.size if stored else 0
        for _ in range(2):
            # read after each answer: who knows more than this knows more than was published
            current, _tag = self._log.checkpoint()
            if current is None or current.size < known:
                raise WitnessRefusedError("more entries are cosigned than the log has")
            proof = tuple(self._consistency(known, current.size))
            status, body = self._ask(Submission(known, proof, current).body)
            if status == Status.COSIGNED:
                # False: a later one is there
                self._log.move_checkpoint(_joined(current, body), tag, path=COSIGNED)
                return current.size
            if status != Status.CONFLICT:
                raise WitnessRefusedError(f"the witness answered {status}")
            known = _size(body)
        raise WitnessRefusedError("the witness knows another history of the log")


class LambdaWitness:
    """`Ask`: the witness's function. `function`: its ARN, maybe of another account."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client = client
        self._function = function

    def __call__(self, body: str) -> tuple[int, str]:
        with as_unavailable("asking the witness"):
            answer = self._client.invoke(
                FunctionName=self._function, Payload=json.dumps({"body": body}).encode()
            )
            data = answer["Payload"].read()
        if "FunctionError" in answer:
            raise WitnessRefusedError("the witness's function failed")
        try:
            told: Any = json.loads(data)
            return int(told["status"]), str(told["body"])
        except (ValueError, KeyError, TypeError):
            raise WitnessRefusedError("the witness's answer is none") from None


def _joined(current: Checkpoint, lines: str) -> Checkpoint:
    """The note with the witness's signatures; whether they are its own, a verifier asks."""
    if len(lines) > _MOST_CHARACTERS:
        raise WitnessRefusedError("the witness's answer is too long")
    try:
        found = checkpoint_from(current.note + lines.encode())
    except (MalformedError, UnicodeEncodeError):
        raise WitnessRefusedError("the witness's answer holds no signature") from None
    count = len(current.signatures)
    theirs = found.signatures[count:]
    if found.text != current.text or found.signatures[:count] != current.signatures or not theirs:
        raise WitnessRefusedError("the witness's answer holds no signature")
    if any(each.name == current.origin for each in theirs):
        # one more under the log's name, and wrong, would spoil the log's own
        raise WitnessRefusedError("the witness signed under the log's name")
    return found


def _size(body: str) -> int:
    size = _SIZE.fullmatch(body)
    if size is None:
        raise WitnessRefusedError("the witness names no size")
    return int(size[1])
