"""A witness asked by invoking its function: no endpoint of its own, and IAM says who may."""

import json
from typing import TYPE_CHECKING, Any

from functions.core.audit.errors import WitnessRefusedError
from functions.core.audit.witnessing import Answer
from functions.core.runtime.failures import as_unavailable

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaWitness:
    """`function`: its ARN, maybe of another account."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client = client
        self._function = function

    def ask(self, body: str) -> Answer:
        with as_unavailable("asking the witness"):
            answer = self._client.invoke(
                FunctionName=self._function, Payload=json.dumps({"body": body}).encode()
            )
            data = answer["Payload"].read()
        if "FunctionError" in answer:
            raise WitnessRefusedError("the witness's function failed")
        try:
            told: Any = json.loads(data)
            return Answer(int(told["status"]), str(told["body"]))
        except (ValueError, KeyError, TypeError):
            raise WitnessRefusedError("the witness's answer is none") from None
