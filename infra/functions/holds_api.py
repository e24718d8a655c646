"""The API of legal holds."""

from aws_cdk import Duration

from functions.holds_api.settings import HoldsApiSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.workflows.hold import hold_name

# API Gateway gives up after 29 seconds
_TIMEOUT = Duration.seconds(25)


def holds_api(stack: FunctionStack, data: DataStack) -> Function:
    stage = stack.stage
    workflow = permissions.state_machine_arn(hold_name(stage))
    return Function(
        stack,
        "HoldsApi",
        name="holds_api",
        platform=stack.platform,
        settings=HoldsApiSettings(
            compliance_table=data.compliance.table_name,
            conversations_table=data.conversations.table_name,
            keys_table=data.content_keys.table_name,
            pseudonym_secret_arn=data.pseudonym.secret_arn,
            portfolio_id=stage.tenant.portfolio_id,
            state_machine_arn=workflow,
            outbox_table=data.outbox.table_name,
        ),
        grants=[
            permissions.use_holds(data.compliance, "BatchGetItem", "UpdateItem"),
            permissions.query(data.compliance, indexes=["listed"]),
            permissions.use_table(data.conversations, "BatchGetItem"),
            permissions.use_content_keys(data.content_keys, create=True),
            # keys are marked as held; what one wraps is not touched
            permissions.mark_held(data.content_keys),
            permissions.start(workflow),
            permissions.read_secrets(data.pseudonym),
            permissions.use_key(data.keys.data, through=["dynamodb", "secretsmanager"], write=True),
            *permissions.write_audit(data.outbox, function="holds_api"),
        ],
        sizing=Sizing(
            memory_mib=512,
            timeout=_TIMEOUT,
            concurrency=stage.concurrency.holds_api,
        ),
    )
