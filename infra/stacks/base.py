"""What all stacks of a stage have in common."""

import aws_cdk as cdk
from constructs import Construct

from infra.config import StageConfig


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
