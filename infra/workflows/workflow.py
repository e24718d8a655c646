"""A state machine with its own role, log and key; it calls functions and nothing else."""

import json
from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function
from infra.constructs.logs import LogGroup
from infra.constructs.permissions import acknowledge_wildcards
from infra.workflows.states import Definition

# Step Functions asks KMS for a new data key this often; 60 to 900
_DATA_KEY_SECONDS = 900


class Workflow(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        stage: StageConfig,
        key: kms.IKey,
        definition: Definition,
        calls: Sequence[Function],
        has_children: bool = False,
    ) -> None:
        """`name` is given, not made up: the role names its state machine before that exists.

        `has_children`: there is a map whose items are executions of their own.
        """
        super().__init__(scope, construct_id)
        arn = permissions.state_machine_arn(name)
        # under this prefix AWS keeps no list of every log group in one policy of limited size
        log = LogGroup(self, "Logs", stage=stage, key=key, name=f"/aws/vendedlogs/states/{name}")
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        grants = [
            permissions.invoke(*(each.function for each in calls)),
            *permissions.use_key_for_workflow(key, arn),
            permissions.deliver_logs(),
            *[permissions.trace(samples=True)] * stage.tracing,
            *(permissions.run_children(name) if has_children else []),
        ]
        policy = iam.ManagedPolicy(
            self, "Policy", roles=[role], statements=[grant.statement for grant in grants]
        )
        acknowledge_wildcards(policy, grants)
        self.machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            # CDK's own to_json_string leaves out nulls, and `ResultPath: null` means something
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition)),
            role=role.without_policy_updates(),
            tracing_enabled=stage.tracing,
            logs=sfn.LogOptions(
                destination=log,
                level=sfn.LogLevel.ALL,
                # inputs and outputs stay in the execution's history
                include_execution_data=False,
            ),
        )
        self.machine.node.add_dependency(policy)
        self._encrypt(key)

    def _encrypt(self, key: kms.IKey) -> None:
        resource = self.machine.node.default_child
        assert isinstance(resource, sfn.CfnStateMachine)  # noqa: S101 - narrows the type
        # set here, because the construct would also open the key to every delivery of logs
        resource.encryption_configuration = sfn.CfnStateMachine.EncryptionConfigurationProperty(
            type="CUSTOMER_MANAGED_KMS_KEY",
            kms_key_id=key.key_arn,
            kms_data_key_reuse_period_seconds=_DATA_KEY_SECONDS,
        )
