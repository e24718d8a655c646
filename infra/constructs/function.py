"""A Python function with its own role, log group and settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.core.runtime.settings import Settings
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.logs import LogGroup


@dataclass(frozen=True, kw_only=True)
class Sizing:
    memory_mib: int
    timeout: Duration
    # executions at once, kept free for this function
    concurrency: int


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What every stack needs to build functions."""

    stage: StageConfig
    # one folder per function, see infra/build.py
    assets: Path


class Function(Construct):
    """Runs `functions/<name>/handler.py`; may do what `policy` says and nothing else."""

    def __init__(  # noqa: PLR0913 – keyword-only options of a construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        platform: Platform,
        settings: Settings,
        policy: Sequence[iam.PolicyStatement],
        sizing: Sizing,
        log_key: kms.IKey,
        failed_invocations: sqs.IQueue | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        stage = platform.stage
        self.log_group = LogGroup(self, "Logs", stage=stage, key=log_key)
        role = self._role(policy)
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(str(platform.assets / name)),
            handler=f"functions.{name}.handler.handler",
            runtime=_runtime(stage.python),
            architecture=_ARCHITECTURES[stage.architecture],
            memory_size=sizing.memory_mib,
            timeout=sizing.timeout,
            reserved_concurrent_executions=(
                sizing.concurrency if stage.tenant.reserve_concurrency else None
            ),
            environment=settings.environment(),
            # CDK would add inline policies for tracing, queues and dead letters; the managed
            # policy above already names what this function needs
            role=role.without_policy_updates(),
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE if stage.tracing else lambda_.Tracing.DISABLED,
            dead_letter_queue=failed_invocations,
            # the next event is as good as a retry, and idempotency keys bound the harm
            retry_attempts=0 if failed_invocations else None,
        )
        self.function.node.add_dependency(self.policy)

    def _role(self, policy: Sequence[iam.PolicyStatement]) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        write_logs = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[self.log_group.log_group_arn],
        )
        # a managed policy, because inline ones are invisible to the account's policy inventory
        self.policy = iam.ManagedPolicy(
            self, "Policy", statements=[write_logs, *policy], roles=[role]
        )
        return role


_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


def _runtime(python: str) -> lambda_.Runtime:
    return lambda_.Runtime(f"python{python}", lambda_.RuntimeFamily.PYTHON)


def tracing_policy(stage: StageConfig) -> list[iam.PolicyStatement]:
    return [permissions.trace()] if stage.tracing else []
