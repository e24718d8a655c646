"""Rights of persons: requests, access, correction, erasure."""

from pathlib import Path

from aws_cdk import CfnOutput
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.function import Function  # noqa: TC001 - used as soon as an API is here
from infra.functions.erasure import erasure, sweep_hourly
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack


class RightsStack(FunctionStack):
    """`apis`: by folder, functions that answer routes. `content_users`: those with content keys."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
        messaging: MessagingStack,
    ) -> None:
        super().__init__(
            scope,
            "rights",
            stage=stage,
            purpose="rights of persons",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.messaging = messaging
        self.erasure = erasure(self, data)
        sweep_hourly(self, self.erasure)
        self.apis: dict[str, Function] = {}
        self.content_users: list[Function] = [self.erasure]
        # `amana restore replay` calls it
        CfnOutput(self, "ErasureFunctionName", value=self.erasure.function.function_name)
