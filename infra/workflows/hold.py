"""The workflow of one legal hold: what `functions/holder` does when it is placed and lifted."""

from aws_cdk import aws_kms as kms
from constructs import Construct

from functions.core.runtime.policies import value
from infra.config import StageConfig
from infra.constructs.function import Function
from infra.stacks.sizes import HOLDER_TIMEOUT
from infra.workflows.mapped import Mapped, mapped_definition
from infra.workflows.states import Definition
from infra.workflows.workflow import Workflow

_HOLD = Mapped(
    subject="hold_id",
    plan="parts",
    part="part",
    each="hold",
    last="finish",
    error="HoldFailed",
    cause=(
        "The archive could not be locked for a legal hold, or not be unlocked after one; what the "
        "hold covers in tables and buckets is kept all the same. The log of the function holder "
        "names the step and why. The next day's round begins it again."
    ),
)


def hold_definition(
    function_arn: str, *, step_seconds: int, most_seconds: int, at_once: int
) -> Definition:
    """Input: {"hold_id": ...}. `at_once`: parts of one hold that are done at the same time."""
    return mapped_definition(
        function_arn,
        _HOLD,
        step_seconds=step_seconds,
        most_seconds=most_seconds,
        at_once=at_once,
    )


def hold_name(stage: StageConfig) -> str:
    return stage.stack_name("hold")


class HoldWorkflow(Workflow):
    """Started by `holds_api` and daily by `holder`, one execution for each attempt at a hold."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        key: kms.IKey,
        holder: Function,
    ) -> None:
        definition = hold_definition(
            holder.function.function_arn,
            # the function's own time-out comes first, and says more
            step_seconds=int(HOLDER_TIMEOUT.to_seconds()) + 10,
            most_seconds=int(value("holds", "workflow", "patience")) * 3600,
            # leaves room for a second hold
            at_once=max(1, stage.concurrency.holder // 2),
        )
        super().__init__(
            scope,
            construct_id,
            name=hold_name(stage),
            stage=stage,
            key=key,
            definition=definition,
            calls=[holder],
            has_children=True,
        )
