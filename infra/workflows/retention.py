"""The workflow of one run of retention: phases, each over all shards, until nothing is left."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.core.retention.due import SHARDS
from functions.retention.steps import MOST_SECONDS
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function
from infra.stacks.sizes import RETENTION_TIMEOUT
from infra.workflows.states import (
    INPUT_STAYS,
    Definition,
    State,
    call,
    caught,
    choose,
    fail,
    succeed,
)
from infra.workflows.workflow import Workflow

_MORE = {"Variable": "$.more", "BooleanEquals": True}
_CAUSE = (
    "A run of retention stopped. What it deleted until then is told in its disposition; the next "
    "run goes on with the rest. The log of the function retention names the step and why."
)


def retention_definition(
    function_arn: str, *, step_seconds: int, most_seconds: int, at_once: int
) -> Definition:
    """Input: {"dry_run": true or false}. The execution's name is the run's id."""
    told = {"run_id.$": "$.run_id"}

    def step(payload: dict[str, str], *, then: str | None) -> State:
        return call(function_arn, payload, seconds=step_seconds, then=then)

    def guarded(payload: dict[str, str], *, then: str) -> State:
        return caught(step(payload, then=then), then="GiveUp")

    begin = {
        "step": "begin",
        "run_id.$": "$$.Execution.Name",
        "started_at.$": "$$.Execution.StartTime",
        "dry_run.$": "$.dry_run",
    }
    dispose = {"step": "dispose", **told, "part.$": "$.part"}
    give_up = {"step": "fail", "run_id.$": "$$.Execution.Name"}
    states = {
        "Begin": guarded(begin, then="Plan"),
        "Plan": guarded({"step": "plan", **told, "phase.$": "$.phase"}, then="Dispose"),
        "Dispose": caught(_over_parts(step(dispose, then="More"), at_once), then="GiveUp"),
        "Another": choose({**_MORE, "Next": "Plan"}, otherwise="Finish"),
        "Finish": guarded({"step": "finish", **told}, then="Done"),
        "Done": succeed(),
        "GiveUp": call(
            function_arn, give_up, seconds=step_seconds, then="Failed", output=INPUT_STAYS
        ),
        "Failed": fail("RetentionFailed", _CAUSE),
    }
    return {"StartAt": "Begin", "TimeoutSeconds": most_seconds, "States": states}


def _over_parts(dispose: State, at_once: int) -> State:
    """Each part in an execution of its own, that calls the function until it is done."""
    return {
        "Type": "Map",
        "ItemsPath": "$.parts",
        "ItemSelector": {"run_id.$": "$.run_id", "part.$": "$$.Map.Item.Value"},
        "MaxConcurrency": at_once,
        "Label": "each",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Each",
            "States": {
                "Each": dispose,
                "More": choose({**_MORE, "Next": "Each"}, otherwise="Over"),
                "Over": {"Type": "Pass", "Result": {}, "End": True},
            },
        },
        **INPUT_STAYS,
        "Next": "Another",
    }


def retention_name(stage: StageConfig) -> str:
    return stage.stack_name("retention-run")


class RetentionWorkflow(Workflow):
    """Started once a day, and by `retention_api`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        key: kms.IKey,
        retention: Function,
        undelivered: sqs.IQueue,
    ) -> None:
        definition = retention_definition(
            retention.function.function_arn,
            # the function's own time-out comes first, and says more
            step_seconds=int(RETENTION_TIMEOUT.to_seconds()) + 10,
            most_seconds=MOST_SECONDS,
            # more would work on the same shards, and leave nothing for plans
            at_once=max(1, min(SHARDS, stage.concurrency.retention - 1)),
        )
        super().__init__(
            scope,
            construct_id,
            name=retention_name(stage),
            stage=stage,
            key=key,
            definition=definition,
            calls=[retention],
            has_children=True,
        )
        events.Rule(
            self,
            "Daily",
            description="Deletes what is due, once a day",
            schedule=events.Schedule.cron(minute="40", hour="3"),
            targets=[self._target(undelivered)],
        )

    def _target(self, undelivered: sqs.IQueue) -> targets.SfnStateMachine:
        role = iam.Role(self, "StartRole", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        start = permissions.start(self.machine.state_machine_arn)
        iam.ManagedPolicy(self, "StartPolicy", roles=[role], statements=[start.statement])
        return targets.SfnStateMachine(
            self.machine,
            input=events.RuleTargetInput.from_object({"dry_run": False}),
            role=role.without_policy_updates(),
            dead_letter_queue=undelivered,
            # within the hour, or tomorrow
            max_event_age=Duration.hours(1),
            retry_attempts=2,
        )
