"""The API of retention: rules, and runs."""

from aws_cdk import Duration

from functions.retention_api.settings import RetentionApiSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.workflows.retention import retention_name

# API Gateway gives up after 29 seconds
_TIMEOUT = Duration.seconds(25)


def retention_api(stack: FunctionStack, data: DataStack) -> Function:
    stage = stack.stage
    workflow = permissions.state_machine_arn(retention_name(stage))
    return Function(
        stack,
        "RetentionApi",
        name="retention_api",
        platform=stack.platform,
        settings=RetentionApiSettings(
            retention_rules=stage.retention_rules,
            compliance_table=data.compliance.table_name,
            state_machine_arn=workflow,
            outbox_table=data.outbox.table_name,
        ),
        grants=[
            *permissions.write_below(data.compliance, "RUN#*"),
            permissions.query(data.compliance, indexes=["listed"]),
            permissions.start(workflow),
            permissions.use_key(data.keys.data, through=["dynamodb"], write=True),
            *permissions.write_audit(data.outbox, function="retention_api"),
        ],
        sizing=Sizing(
            memory_mib=512,
            timeout=_TIMEOUT,
            concurrency=stage.concurrency.retention_api,
        ),
    )
