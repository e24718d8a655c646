"""The workflow of one import: what `functions/consent_importer` does, and in which order."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.core.runtime.policies import value
from infra.config import StageConfig
from infra.constructs.function import Function
from infra.stacks.sizes import CONSENT_IMPORTER_TIMEOUT
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


def consent_import_definition(
    function_arn: str, *, step_seconds: int, most_seconds: int, at_once: int
) -> Definition:
    """Input: {"import_id": ...}. `at_once`: chunks of one import that are loaded at one time.

    A file that is refused as a whole has no chunks, and ends well: whoever sent it is told.
    """

    def step(name: str, *, then: str) -> State:
        payload = {"step": name, "import_id.$": "$.import_id"}
        return caught(call(function_arn, payload, seconds=step_seconds, then=then), then="GiveUp")

    chunk = call(
        function_arn,
        {"step": "load", "import_id.$": "$.import_id", "chunk.$": "$.chunk"},
        seconds=step_seconds,
        then=None,
        # a thousand answers would be too large for a state; each has its report
        output=NOTHING,
    )
    item = {"import_id.$": "$.import_id", "chunk.$": "$$.Map.Item.Value"}
    states = {
        "Plan": step("plan", then="Load"),
        "Load": caught(
            for_each("$.chunks", item, chunk, at_once=at_once, then="Finish"), then="GiveUp"
        ),
        "Finish": step("finish", then="Done"),
        "Done": succeed(),
        "GiveUp": call(
            function_arn,
            {"step": "fail", "import_id.$": "$.import_id"},
            seconds=step_seconds,
            then="Failed",
            output=INPUT_STAYS,
        ),
        "Failed": fail(
            "ImportFailed",
            "An import of consents stopped; what was recorded stays, and whoever sent it can start "
            "it again. The log of the function consent_importer names the step and why.",
        ),
    }
    return {"StartAt": "Plan", "TimeoutSeconds": most_seconds, "States": states}


class ConsentImportWorkflow(Workflow):
    """Started by `consent_api`, one execution for each attempt at an import."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        key: kms.IKey,
        importer: Function,
    ) -> None:
        definition = consent_import_definition(
            importer.function.function_arn,
            # the function's own time-out comes first, and says more
            step_seconds=int(CONSENT_IMPORTER_TIMEOUT.to_seconds()) + 10,
            # after that it may be started again
            most_seconds=int(value("imports", "patience", "hours")) * 3600,
            # leaves room for a second import
            at_once=max(1, stage.concurrency.consent_importer // 2),
        )
        super().__init__(
            scope,
            construct_id,
            name=stage.stack_name("consent-import"),
            stage=stage,
            key=key,
            definition=definition,
            calls=[importer],
            has_children=True,
        )
