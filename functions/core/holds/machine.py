"""`Machine` on Step Functions: an execution is named after its attempt, so there is one at most."""

import json
from typing import Any

from botocore.exceptions import ClientError

from functions.core.runtime.failures import as_unavailable


class StepFunctions:
    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, hold_id: str, attempt: int) -> None:
        with as_unavailable("starting the workflow of a hold"):
            try:
                self._client.start_execution(
                    stateMachineArn=self._arn,
                    name=f"{hold_id}-{attempt}",
                    input=json.dumps({"hold_id": hold_id}),
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                    raise
