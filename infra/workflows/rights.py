"""The workflow of one rights request: it waits for people, and calls who carries it out."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function
from infra.workflows.states import (
    INPUT_STAYS,
    NOTHING,
    Definition,
    State,
    call,
    caught,
    choose,
    fail,
    for_each,
    succeed,
)
from infra.workflows.workflow import Workflow

# a year is the longest an execution may last; whoever is not done by then is looked after by hand
_MOST_SECONDS = 365 * 86_400 - 3600
_STEP_SECONDS = 910
# parts of one request that are done at the same time
_AT_ONCE = 2
_CAUSE = (
    "A request about somebody's data could not be carried out. It is in the state error and can be "
    "resumed; the log of the function that was called names the step and why."
)
_TOLD = {"request_id.$": "$.request_id"}
_SETTLES = {
    "ResultSelector": {"seconds.$": "$.Payload.wait_seconds"},
    "ResultPath": "$.settles",
}
# where the request waits for somebody: what a look calls it, and the state's name
_WAITS = {"identity": "Identity", "approval": "Approval", "pause": "Pause"}


def rights_definition(
    rights_arn: str, access_arn: str, erasure_arn: str, *, tick_seconds: int
) -> Definition:
    """Input: {"request_id", "attempt"}. `tick_seconds`: after so long it looks by itself.

    Every wait ends with a look, and so does every deed.
    """

    def step(arn: str, name: str, **how: Any) -> State:
        return call(arn, {"step": name, **_TOLD}, seconds=_STEP_SECONDS, **how)

    begun = {"step": "look", **_TOLD, "attempt.$": "$.attempt"}
    doing = {"access": "PlanAccess", "erasure": "Farewell", "apply": "Apply"}
    states = {
        "Look": caught(call(rights_arn, begun, seconds=_STEP_SECONDS, then="What"), then="GiveUp"),
        "What": choose(
            *(
                {"Variable": "$.next", "StringEquals": name, "Next": state}
                for name, state in {**_WAITS, **doing}.items()
            ),
            otherwise="Done",
        ),
        **{state: _waiting(rights_arn, tick_seconds) for state in _WAITS.values()},
        "Rest": {"Type": "Wait", "SecondsPath": "$.seconds", "Next": "Look"},
        **_mapped("Access", access_arn, "collect", "assemble"),
        # the last message is on its way before nobody knows any more where to
        "Farewell": {"Type": "Wait", "SecondsPath": "$.farewell", "Next": "PlanErasure"},
        **_mapped("Erasure", erasure_arn, "erase", "finish"),
        # names go first; keys only once nobody finds the person by them any more
        "LastErasure": caught(
            step(erasure_arn, "finish", then="IsErased", output=_SETTLES), then="GiveUpErasure"
        ),
        "IsErased": choose(
            {"Variable": "$.settles.seconds", "NumericGreaterThan": 0, "Next": "Settle"},
            otherwise="Finish",
        ),
        "Settle": {"Type": "Wait", "SecondsPath": "$.settles.seconds", "Next": "LastErasure"},
        "Apply": caught(
            step(rights_arn, "apply", then="Finish", output=INPUT_STAYS), then="GiveUp"
        ),
        "Finish": caught(
            step(rights_arn, "finish", then="Done", output=INPUT_STAYS), then="GiveUp"
        ),
        "Done": succeed(),
        "GiveUp": step(rights_arn, "fail", then="Failed", output=INPUT_STAYS),
        "Failed": fail("RightsRequestFailed", _CAUSE),
    }
    return {"StartAt": "Look", "TimeoutSeconds": _MOST_SECONDS, "States": states}


def _waiting(function_arn: str, tick_seconds: int) -> State:
    """Until somebody does something to the request, or it is time to look again."""
    payload = {
        "step": "wait",
        **_TOLD,
        "version.$": "$.version",
        "token.$": "$$.Task.Token",
    }
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function_arn, "Payload": payload},
        "TimeoutSeconds": tick_seconds,
        **INPUT_STAYS,
        # not of time-outs: they are what the wait is for
        "Retry": [
            {
                "ErrorEquals": ["States.TaskFailed"],
                "IntervalSeconds": 5,
                "BackoffRate": 2,
                "MaxAttempts": 6,
                "MaxDelaySeconds": 300,
                "JitterStrategy": "FULL",
            }
        ],
        "Catch": [
            {"ErrorEquals": ["States.Timeout"], "ResultPath": None, "Next": "Look"},
            # nobody could be told how to wake it: it looks by itself
            {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Rest"},
        ],
        "Next": "Look",
    }


def _mapped(name: str, function_arn: str, each: str, last: str) -> Mapping[str, State]:
    """Plan, each part of the plan, the end; `{name}GiveUp` when one of them fails for good."""
    give_up = f"GiveUp{name}"

    def step(step_name: str, **how: Any) -> State:
        state = call(function_arn, {"step": step_name, **_TOLD}, seconds=_STEP_SECONDS, **how)
        return caught(state, then=give_up)

    one = call(
        function_arn,
        {"step": each, **_TOLD, "part.$": "$.part"},
        seconds=_STEP_SECONDS,
        then=None,
        output=NOTHING,
    )
    item = {**_TOLD, "part.$": "$$.Map.Item.Value"}
    parts = {
        # a label for each map of a state machine
        **for_each("$.plan.parts", item, one, at_once=_AT_ONCE, then=f"Last{name}"),
        "Label": name.lower(),
    }
    plan = {"ResultSelector": {"parts.$": "$.Payload.parts"}, "ResultPath": "$.plan"}
    return {
        f"Plan{name}": step("plan", then=f"Each{name}", output=plan),
        f"Each{name}": caught(parts, then=give_up),
        f"Last{name}": step(last, then="Finish", output=INPUT_STAYS),
        give_up: caught(
            call(
                function_arn,
                {"step": "fail", **_TOLD},
                seconds=_STEP_SECONDS,
                then="GiveUp",
                output=INPUT_STAYS,
            ),
            then="GiveUp",
        ),
    }


class RightsWorkflow(Workflow):
    """Started by whoever files a request, one execution for each attempt."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        key: kms.IKey,
        rights: Function,
        access: Function,
        erasure: Function,
    ) -> None:
        arns = [each.function.function_arn for each in (rights, access, erasure)]
        super().__init__(
            scope,
            construct_id,
            name=workflow_name(stage),
            stage=stage,
            key=key,
            definition=rights_definition(*arns, tick_seconds=tick_seconds(stage)),
            calls=[rights, access, erasure],
            has_children=True,
        )


def tick_seconds(stage: StageConfig) -> int:
    """A laptop's requests are looked at again while somebody watches."""
    return int((Duration.seconds(10) if stage.is_local else Duration.days(1)).to_seconds())


def workflow_name(stage: StageConfig) -> str:
    return stage.stack_name("rights-request")


def rights_workflow_arn(stage: StageConfig) -> str:
    """Functions that start or wake it name it before it exists."""
    return permissions.state_machine_arn(workflow_name(stage))
