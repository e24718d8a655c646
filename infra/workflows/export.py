"""The workflow of one export: what `functions/exporter` does, in which order, and when it fails."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.core.runtime.policies import value
from infra.config import StageConfig
from infra.constructs.function import Function
from infra.stacks.sizes import EXPORTER_TIMEOUT
from infra.workflows.states import (
    INPUT_STAYS,
    NOTHING,
    Definition,
    State,
    call,
    caught,
    fail,
    for_each,
    succeed,
)
from infra.workflows.workflow import Workflow


def export_definition(
    function_arn: str, *, step_seconds: int, most_seconds: int, at_once: int
) -> Definition:
    """Input: {"export_id": ...}. `at_once`: parts of one export that are read at the same time."""

    def step(name: str, *, then: str) -> State:
        payload = {"step": name, "export_id.$": "$.export_id"}
        return caught(call(function_arn, payload, seconds=step_seconds, then=then), then="GiveUp")

    part = call(
        function_arn,
        {"step": "collect", "export_id.$": "$.export_id", "part.$": "$.part"},
        seconds=step_seconds,
        then=None,
        # thousands of answers would be too large for a state
        output=NOTHING,
    )
    item = {"export_id.$": "$.export_id", "part.$": "$$.Map.Item.Value"}
    states = {
        "Plan": step("plan", then="Collect"),
        "Collect": caught(
            for_each("$.parts", item, part, at_once=at_once, then="Assemble"), then="GiveUp"
        ),
        "Assemble": step("assemble", then="Done"),
        "Done": succeed(),
        "GiveUp": call(
            function_arn,
            {"step": "fail", "export_id.$": "$.export_id"},
            seconds=step_seconds,
            then="Failed",
            output=INPUT_STAYS,
        ),
        "Failed": fail(
            "ExportFailed",
            "An export could not be made; its record says so to whoever asked. The log of the "
            "function exporter names the step and why.",
        ),
    }
    return {"StartAt": "Plan", "TimeoutSeconds": most_seconds, "States": states}


class ExportWorkflow(Workflow):
    """Started by `archive_api`, one execution for each export."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        key: kms.IKey,
        exporter: Function,
    ) -> None:
        definition = export_definition(
            exporter.function.function_arn,
            # the function's own time-out comes first, and says more
            step_seconds=int(EXPORTER_TIMEOUT.to_seconds()) + 10,
            # after that nobody waits for it any more
            most_seconds=int(value("archive", "export", "patience")) * 3600,
            # leaves room for a second export
            at_once=max(1, stage.concurrency.exporter // 2),
        )
        super().__init__(
            scope,
            construct_id,
            name=stage.stack_name("export"),
            stage=stage,
            key=key,
            definition=definition,
            calls=[exporter],
            has_children=True,
        )
