"""The workflow of one export: what `functions/exporter` does, in which order, and when it fails."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.core.runtime.policies import value
from infra.config import StageConfig
from infra.constructs.function import Function
from infra.stacks.sizes import EXPORTER_TIMEOUT
from infra.workflows.mapped import Mapped, mapped_definition
from infra.workflows.states import Definition
from infra.workflows.workflow import Workflow

_EXPORT = Mapped(
    subject="export_id",
    plan="parts",
    part="part",
    each="collect",
    last="assemble",
    error="ExportFailed",
    cause=(
        "An export could not be made; its record says so to whoever asked. The log of the "
        "function exporter names the step and why."
    ),
)


def export_definition(
    function_arn: str, *, step_seconds: int, most_seconds: int, at_once: int
) -> Definition:
    """Input: {"export_id": ...}. `at_once`: parts of one export that are read at the same time."""
    return mapped_definition(
        function_arn,
        _EXPORT,
        step_seconds=step_seconds,
        most_seconds=most_seconds,
        at_once=at_once,
    )


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
