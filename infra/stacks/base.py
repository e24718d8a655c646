"""What the stacks of a stage have in common."""

from pathlib import Path

import aws_cdk as cdk
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.function import Platform
from infra.constructs.keys import Keys
from infra.constructs.lifecycle import removal_policy
from infra.constructs.queues import dead_letter_queue


class StageStack(cdk.Stack):
    def __init__(self, scope: Construct, name: str, *, stage: StageConfig, purpose: str) -> None:
        tenant = stage.tenant
        super().__init__(
            scope,
            stage.stack_name(name),
            description=f"Amana {stage.name}: {purpose}",
            env=cdk.Environment(account=tenant.account, region=tenant.region),
            # the bootstrap roles are out of reach of the local platform's IAM enforcement
            synthesizer=cdk.CliCredentialsStackSynthesizer() if stage.is_local else None,
            termination_protection=stage.retain,
        )
        self.stage = stage
        cdk.Tags.of(self).add("amana:stage", stage.name)


class FunctionStack(StageStack):
    """A stack with functions, and one queue for those of their invocations that failed for good.

    `keys`: without them it makes its own, and stands in an account by itself.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: StageConfig,
        purpose: str,
        assets: Path,
        keys: Keys | None = None,
    ) -> None:
        super().__init__(scope, name, stage=stage, purpose=purpose)
        self.keys = keys or Keys(self, "Keys", removal_policy=removal_policy(retain=stage.retain))
        self.failed_invocations = dead_letter_queue(
            self, "FailedInvocations", key=self.keys.transit, retain=stage.retain
        )
        self.platform = Platform(
            stage=stage, assets=assets, keys=self.keys, failed_invocations=self.failed_invocations
        )
        cdk.CfnOutput(self, "FailedInvocationsUrl", value=self.failed_invocations.queue_url)
