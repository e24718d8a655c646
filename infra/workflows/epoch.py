"""The workflow that turns epochs: what `functions/epoch` does, in which order, and when not.

An hour with nothing to do is one call. Started twice, every step finds what the other has done.
"""

from aws_cdk import Aws, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function
from infra.stacks.sizes import EPOCH_TIMEOUT
from infra.workflows.states import Definition, call, choose, fail, succeed, wait
from infra.workflows.workflow import Workflow

# a day: what is not done by then needs a person; the next hour's run goes on with it meanwhile
MOST_SECONDS = 86_400


def epoch_definition(function_arn: str, *, step_seconds: int, wait_seconds: int) -> Definition:
    """`wait_seconds`: until no execution environment uses, and no index shows, what has moved."""

    def step(name: str, *, then: str, of: str | None = "$.old") -> dict[str, object]:
        payload = {"step": name} | ({"old.$": of} if of else {})
        return call(function_arn, payload, seconds=step_seconds, then=then)

    states = {
        "Plan": step("plan", of=None, then="IsEpochOver"),
        "IsEpochOver": choose(
            {"Variable": "$.open", "BooleanEquals": True, "Next": "Open"},
            otherwise="IsOneUnfinished",
        ),
        "Open": step("open", of=None, then="IsOneUnfinished"),
        "IsOneUnfinished": choose(
            {"Variable": "$.old", "NumericGreaterThan": 0, "Next": "Rewrap"}, otherwise="Done"
        ),
        "Rewrap": step("rewrap", then="IsAllMoved"),
        "IsAllMoved": choose(
            {
                "And": [
                    {"Variable": "$.done", "BooleanEquals": True},
                    {"Variable": "$.stuck[0]", "IsPresent": True},
                ],
                "Next": "Stuck",
            },
            {"Variable": "$.done", "BooleanEquals": True, "Next": "LetCachesRunOut"},
            otherwise="Rewrap",
        ),
        "LetCachesRunOut": wait(seconds=wait_seconds, then="Check"),
        "Check": step("check", then="IsNothingLeft"),
        "IsNothingLeft": choose(
            {"Variable": "$.dependents", "NumericEquals": 0, "Next": "Retire"}, otherwise="Rewrap"
        ),
        "Retire": step("retire", then="IsRetired"),
        "IsRetired": choose(
            {"Variable": "$.refused", "BooleanEquals": True, "Next": "Rewrap"}, otherwise="Prove"
        ),
        # then the next ended epoch, if there is one
        "Prove": step("prove", then="Plan"),
        "Stuck": fail(
            "EpochKeysStuck",
            "Keys of an ended epoch cannot be opened to be wrapped anew, so its KMS key stays. The "
            "log of the function epoch names them.",
        ),
        "Done": succeed(),
    }
    return {"StartAt": "Plan", "TimeoutSeconds": MOST_SECONDS, "States": states}


class EpochWorkflow(Workflow):
    """Runs every hour, and after a deployment: then there are new roles, or no epoch yet."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        key: kms.IKey,
        epoch: Function,
        undelivered: sqs.IQueue,
    ) -> None:
        definition = epoch_definition(
            epoch.function.function_arn,
            # the function's own time-out comes first, and says more
            step_seconds=int(EPOCH_TIMEOUT.to_seconds()) + 10,
            wait_seconds=stage.epoch_wait_seconds,
        )
        super().__init__(
            scope,
            construct_id,
            name=stage.stack_name("epoch"),
            stage=stage,
            key=key,
            definition=definition,
            calls=[epoch],
        )
        target = self._target(undelivered)
        events.Rule(
            self,
            "EveryHour",
            description="Turns the epoch of content keys when it is over",
            schedule=events.Schedule.rate(Duration.hours(1)),
            targets=[target],
        )
        stacks = f"arn:{Aws.PARTITION}:cloudformation:{Aws.REGION}:{Aws.ACCOUNT_ID}:stack/"
        events.Rule(
            self,
            "AfterDeployment",
            description="Opens the first epoch, and shares epochs with roles that are new",
            event_pattern=events.EventPattern(
                source=["aws.cloudformation"],
                detail_type=["CloudFormation Stack Status Change"],
                detail={
                    "stack-id": events.Match.prefix(f"{stacks}{stage.stack_name('')}"),
                    "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
                },
            ),
            targets=[target],
        )

    def _target(self, undelivered: sqs.IQueue) -> targets.SfnStateMachine:
        role = iam.Role(self, "StartRole", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        start = permissions.start(self.machine.state_machine_arn)
        iam.ManagedPolicy(self, "StartPolicy", roles=[role], statements=[start.statement])
        return targets.SfnStateMachine(
            self.machine,
            role=role.without_policy_updates(),
            dead_letter_queue=undelivered,
            # the next hour brings the next event
            max_event_age=Duration.hours(1),
        )
