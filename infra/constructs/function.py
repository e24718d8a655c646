"""A Python function with its own role, log group and settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.core.runtime.settings import Settings
from infra.acknowledge import HIPAA, NIST_R4, NIST_R5, PCI, acknowledge
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.keys import Keys
from infra.constructs.logs import LogGroup
from infra.constructs.permissions import Grant, acknowledge_wildcards

_ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


@dataclass(frozen=True, kw_only=True)
class Sizing:
    # Lambda gives processor time by memory
    memory_mib: int
    timeout: Duration
    # executions at once, reserved for this function
    concurrency: int


@dataclass(frozen=True, kw_only=True)
class Platform:
    """What every function of a stage is built on."""

    stage: StageConfig
    # one folder per function, see infra/build.py
    assets: Path
    keys: Keys
    # where an asynchronous invocation goes that failed for good
    failed_invocations: sqs.IQueue


def function_role(scope: Construct, construct_id: str) -> iam.Role:
    return iam.Role(scope, construct_id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


class Function(Construct):
    """Runs `functions/<name>/handler.py`; may do what `grants` say and nothing else."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        platform: Platform,
        settings: Settings,
        grants: Sequence[Grant],
        sizing: Sizing,
        role: iam.Role | None = None,
    ) -> None:
        """`role`: from `function_role`, for a function whose settings name its own role."""
        super().__init__(scope, construct_id)
        stage = platform.stage
        self.log_group = LogGroup(self, "Logs", stage=stage, key=platform.keys.operations)
        self.role = role or function_role(self, "Role")
        policy = self._policy(self.role, [*self._common_grants(platform), *grants])
        self.function = lambda_.Function(
            self,
            "Function",
            code=lambda_.Code.from_asset(str(platform.assets / name)),
            handler=f"functions.{name}.handler.handler",
            runtime=lambda_.Runtime(f"python{stage.python}", lambda_.RuntimeFamily.PYTHON),
            architecture=_ARCHITECTURES[stage.architecture],
            memory_size=sizing.memory_mib,
            timeout=sizing.timeout,
            reserved_concurrent_executions=(
                sizing.concurrency if stage.tenant.reserve_concurrency else None
            ),
            environment=settings.environment(),
            # CDK would add inline policies for queues, traces and dead letters; the managed
            # policy names what this function needs, and no more
            role=self.role.without_policy_updates(),
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            # starts and reports say what the function's metrics say, at four times the bytes
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
            tracing=lambda_.Tracing.ACTIVE if stage.tracing else lambda_.Tracing.DISABLED,
            dead_letter_queue=platform.failed_invocations,
        )
        # Lambda checks at creation that the role can reach the dead-letter queue
        self.function.node.add_dependency(policy)
        self._acknowledge(stage)

    def _common_grants(self, platform: Platform) -> list[Grant]:
        grants = [
            permissions.write_logs(self.log_group),
            permissions.send_to(platform.failed_invocations),
            permissions.use_key(platform.keys.transit, through=["sqs"], write=True),
        ]
        return grants + [permissions.trace()] * platform.stage.tracing

    def _policy(self, role: iam.Role, grants: Sequence[Grant]) -> iam.ManagedPolicy:
        # a managed policy: the account's inventory of policies does not list inline ones
        statements = [grant.statement for grant in grants]
        policy = iam.ManagedPolicy(self, "Policy", statements=statements, roles=[role])
        acknowledge_wildcards(policy, grants)
        return policy

    def _acknowledge(self, stage: StageConfig) -> None:
        acknowledge(
            self.function,
            "LambdaInsideVPC",
            *(HIPAA, NIST_R4, NIST_R5, PCI),
            reason=(
                "The function talks to AWS services and to graph.facebook.com only, all public "
                "endpoints over TLS; no resource of this platform lives in a VPC, so one would add "
                "a NAT gateway and no boundary. Compensating controls: a role of its own with "
                "explicit actions and resources, no inbound network path to a function, secrets "
                "from Secrets Manager under a customer-managed key."
            ),
        )
        if not stage.tenant.reserve_concurrency:
            acknowledge(
                self.function,
                "LambdaConcurrency",
                *(HIPAA, NIST_R5),
                reason=(
                    "This account's Lambda quota leaves nothing to reserve (reserve_concurrency in "
                    "the stage file). Compensating controls: API Gateway throttling, the maximum "
                    "concurrency of both queue consumers, and the alarm on throttled functions."
                ),
            )
