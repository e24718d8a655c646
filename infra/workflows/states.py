"""States of the Amazon States Language (JSONPath), as far as our workflows need them.

https://states-language.net/spec.html
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws

State = dict[str, Any]
Definition = dict[str, Any]

# Lambda and what it calls fail for seconds now and then; what lasts longer needs a person, who is
# told when the execution fails. The next run goes on where this one stopped.
_RETRY = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 5,
    "JitterStrategy": "FULL",
}


def call(
    function_arn: str,
    payload: Mapping[str, Any],
    *,
    seconds: int,
    then: str,
    fails: str | None = None,
) -> State:
    """Calls a function; its answer is the state's output. `fails`: the state after giving up."""
    state: State = {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke",
        "Parameters": {"FunctionName": function_arn, "Payload": dict(payload)},
        "OutputPath": "$.Payload",
        "TimeoutSeconds": seconds,
        "Retry": [_RETRY],
        "Next": then,
    }
    if fails:
        state["Catch"] = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": fails}]
    return state


def choose(*rules: Mapping[str, Any], otherwise: str) -> State:
    return {"Type": "Choice", "Choices": [dict(rule) for rule in rules], "Default": otherwise}


def wait(*, seconds: int, then: str) -> State:
    return {"Type": "Wait", "Seconds": seconds, "Next": then}


def succeed() -> State:
    return {"Type": "Succeed"}


def fail(error: str, cause: str) -> State:
    """`cause` is read by whoever is woken: what happened, where to look. Never content."""
    return {"Type": "Fail", "Error": error, "Cause": cause}
