"""What is deleted when its time is over, and what stops that: retention, legal holds."""

from pathlib import Path

from aws_cdk import CfnOutput
from constructs import Construct

from infra.config import StageConfig
from infra.functions.holder import holder, sweep_daily
from infra.functions.holds_api import holds_api
from infra.functions.retention import retention
from infra.functions.retention_api import retention_api
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.workflows.hold import HoldWorkflow
from infra.workflows.retention import RetentionWorkflow


class RetentionStack(FunctionStack):
    """`apis`: by folder, functions that answer routes. `content_users`: those with content keys."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
    ) -> None:
        super().__init__(
            scope,
            "retention",
            stage=stage,
            purpose="retention and legal holds",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.holder = holder(self, data)
        self.holds_api = holds_api(self, data)
        self.hold_workflow = HoldWorkflow(
            self, "HoldWorkflow", stage=stage, key=data.keys.operations, holder=self.holder
        )
        sweep_daily(self, self.holder)
        self.retention = retention(self, data)
        self.retention_api = retention_api(self, data)
        self.retention_workflow = RetentionWorkflow(
            self,
            "RetentionWorkflow",
            stage=stage,
            key=data.keys.operations,
            retention=self.retention,
            undelivered=self.failed_invocations,
        )
        self.apis = {"holds_api": self.holds_api, "retention_api": self.retention_api}
        # an alias is found by its value, which is content
        self.content_users = [self.holds_api, self.retention]
        machine = self.retention_workflow.machine
        CfnOutput(self, "RetentionWorkflowArn", value=machine.state_machine_arn)
        CfnOutput(self, "HoldWorkflowArn", value=self.hold_workflow.machine.state_machine_arn)
