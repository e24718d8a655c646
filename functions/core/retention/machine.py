"""`Machine` on Step Functions: an execution is named after its run, so there is one at most."""

import json
from typing import Any

from botocore.exceptions import ClientError

from functions.core.runtime.failures import as_unavailable


class StepFunctions:
    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, run_id: str, *, dry_run: bool) -> None:
        with as_unavailable("starting a run of retention"):
            try:
                self._client.start_execution(
                    stateMachineArn=self._arn,
                    name=run_id,
                    input=json.dumps({"dry_run": dry_run}),
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                    raise
