"""The workflow of one import: what `functions/consent_importer` does, and in which order."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.core.runtime.policies import value
from infra.config import StageConfig
from infra.constructs.function import Function
from infra.stacks.sizes import CONSENT_IMPORTER_TIMEOUT
from infra.workflows.mapped import Mapped, mapped_definition
from infra.workflows.states import Definition
from infra.workflows.workflow import Workflow

_IMPORT = Mapped(
    subject="import_id",
    plan="chunks",
    part="chunk",
    each="load",
    last="finish",
    error="ImportFailed",
    cause=(
        "An import of consents stopped; what was recorded stays, and whoever sent it can start "
        "it again. The log of the function consent_importer names the step and why."
    ),
)


def consent_import_definition(
    function_arn: str, *, step_seconds: int, most_seconds: int, at_once: int
) -> Definition:
    """Input: {"import_id": ...}. `at_once`: chunks of one import that are loaded at one time.

    A file that is refused as a whole has no chunks, and ends well: whoever sent it is told.
    """
    return mapped_definition(
        function_arn,
        _IMPORT,
        step_seconds=step_seconds,
        most_seconds=most_seconds,
        at_once=at_once,
    )


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
