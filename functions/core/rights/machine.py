"""The workflow of a request on Step Functions: started once for each attempt, and woken."""

import json
from typing import Any

from botocore.exceptions import ClientError

from functions.core.runtime.failures import as_unavailable

# nobody waits with this token any more: the execution looked for itself, or is over
_GONE = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")


class StepFunctions:
    """`Machine`: an execution is named after its attempt, so there is one at most."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, request_id: str, attempt: int) -> None:
        with as_unavailable("starting a rights request"):
            try:
                self._client.start_execution(
                    stateMachineArn=self._arn,
                    name=f"{request_id}-{attempt}",
                    input=json.dumps({"request_id": request_id, "attempt": attempt}),
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                    raise

    def wake(self, token: str) -> None:
        with as_unavailable("waking a rights request"):
            try:
                self._client.send_task_success(taskToken=token, output="{}")
            except ClientError as error:
                if error.response["Error"]["Code"] not in _GONE:
                    raise
