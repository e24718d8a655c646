"""States of the Amazon States Language (JSONPath), as far as our workflows need them.

https://states-language.net/spec.html
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws

State = dict[str, Any]
Definition = dict[str, Any]

# Lambda and what it calls fail for seconds now and then; what lasts longer needs a person, who is
# told when the execution fails. Five minutes in all, and a little more.
_RETRY = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 9,
    "MaxDelaySeconds": 60,
    "JitterStrategy": "FULL",
}

# Others use all of the function's executions: they are done some time.
_WHEN_BUSY = {
    "ErrorEquals": ["Lambda.TooManyRequestsException"],
    "IntervalSeconds": 60,
    "BackoffRate": 1,
    "MaxAttempts": 60,
    "JitterStrategy": "FULL",
}


def call(
    function_arn: str,
    payload: Mapping[str, Any],
    *,
    seconds: int,
    then: str | None,
    output: Mapping[str, Any] | None = None,
) -> State:
    """Calls a function; its answer is the state's output, unless `output` says otherwise.

    `then` None: the last state of a map's item.
    """
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke",
        "Parameters": {"FunctionName": function_arn, "Payload": dict(payload)},
        **({"OutputPath": "$.Payload"} if output is None else output),
        "TimeoutSeconds": seconds,
        "Retry": [_WHEN_BUSY, _RETRY],
        **({"Next": then} if then else {"End": True}),
    }


# what a state's input becomes when it is over
INPUT_STAYS: Mapping[str, Any] = {"ResultPath": None}
NOTHING: Mapping[str, Any] = {"ResultSelector": {}}


def caught(state: State, *, then: str) -> State:
    """`state`, going on with `then` when it fails for good; the input then also has `error`."""
    catch = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": then}
    return {**state, "Catch": [catch]}


def for_each(
    items: str, item: Mapping[str, Any], state: State, *, at_once: int, then: str
) -> State:
    """One child execution for each item: their number is not bounded by a history's 25,000 events.

    Fails when one of them does. The input stays what it was.
    """
    return {
        "Type": "Map",
        "ItemsPath": items,
        "ItemSelector": dict(item),
        "MaxConcurrency": at_once,
        "Label": "each",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Each",
            "States": {"Each": state},
        },
        **INPUT_STAYS,
        "Next": then,
    }


def choose(*rules: Mapping[str, Any], otherwise: str) -> State:
    return {"Type": "Choice", "Choices": [dict(rule) for rule in rules], "Default": otherwise}


def wait(*, seconds: int, then: str) -> State:
    return {"Type": "Wait", "Seconds": seconds, "Next": then}


def succeed() -> State:
    return {"Type": "Succeed"}


def fail(error: str, cause: str) -> State:
    """`cause` is read by whoever is woken: what happened, where to look. Never content."""
    return {"Type": "Fail", "Error": error, "Cause": cause}
