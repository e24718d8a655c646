"""Rights of persons: requests, access, correction, erasure."""

from pathlib import Path

from aws_cdk import CfnOutput
from constructs import Construct

from infra.config import StageConfig
from infra.functions.access import access
from infra.functions.disclosure import disclosure
from infra.functions.erasure import erasure, sweep_hourly
from infra.functions.rights import rights, sweep_requests
from infra.functions.rights_api import rights_api
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack
from infra.workflows.rights import RightsWorkflow


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
        self.access = access(self, data)
        self.disclosure = disclosure(self, data, messaging)
        self.erasure = erasure(self, data)
        self.rights = rights(self, data, messaging)
        self.rights_api = rights_api(self, data)
        self.rights_workflow = RightsWorkflow(
            self,
            "RightsWorkflow",
            stage=stage,
            key=data.keys.operations,
            rights=self.rights,
            access=self.access,
            erasure=self.erasure,
        )
        sweep_requests(self, self.rights)
        sweep_hourly(self, self.erasure)
        self.apis = {"disclosure": self.disclosure, "rights_api": self.rights_api}
        self.content_users = [self.access, self.disclosure, self.rights, self.rights_api]
        self.content_users += [self.erasure]
        CfnOutput(self, "RightsWorkflowArn", value=self.rights_workflow.machine.state_machine_arn)
        # `amana restore replay` calls it
        CfnOutput(self, "ErasureFunctionName", value=self.erasure.function.function_name)
