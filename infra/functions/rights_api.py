"""The API of requests of people about their data."""

from aws_cdk import Duration

from functions.rights_api.settings import RightsApiSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.constructs.permissions import READ_WRITE, TICKETS
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.workflows.rights import rights_workflow_arn

# API Gateway gives up after 29 seconds
_TIMEOUT = Duration.seconds(25)


def rights_api(stack: FunctionStack, data: DataStack) -> Function:
    stage = stack.stage
    workflow = rights_workflow_arn(stage)
    return Function(
        stack,
        "RightsApi",
        name="rights_api",
        platform=stack.platform,
        settings=RightsApiSettings(
            compliance_table=data.compliance.table_name,
            conversations_table=data.conversations.table_name,
            consent_table=data.consent.table_name,
            consent_rules=stage.tenant.consent_rules,
            ephemeral_table=data.ephemeral.table_name,
            exports_bucket=data.exports.bucket_name,
            keys_table=data.content_keys.table_name,
            pseudonym_secret_arn=data.pseudonym.secret_arn,
            portfolio_id=stage.tenant.portfolio_id,
            controller=stage.tenant.controller_json,
            deadlines=stage.deadlines,
            timezone=stage.tenant.timezone,
            language=stage.tenant.language,
            rights_machine_arn=workflow,
            outbox_table=data.outbox.table_name,
        ),
        grants=[
            *permissions.change_requests(data.compliance),
            permissions.query(data.compliance, indexes=["listed"], table_itself=True),
            permissions.use_table(data.conversations, "BatchGetItem"),
            # restrictions and objections take effect at once
            permissions.use_table(data.consent, *READ_WRITE),
            # codes are checked; files are given against tickets, and links to people
            permissions.use_table(data.ephemeral, *TICKETS),
            permissions.use_objects(data.exports, "GetObject", below="rights/"),
            permissions.tell_missing(data.exports),
            permissions.use_content_keys(data.content_keys, create=True),
            permissions.start(workflow),
            permissions.wake(workflow),
            permissions.read_secrets(data.pseudonym),
            permissions.use_key(
                data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
            ),
            *permissions.write_audit(data.outbox, function="rights_api"),
        ],
        sizing=Sizing(
            memory_mib=512,
            timeout=_TIMEOUT,
            concurrency=stage.concurrency.rights_api,
        ),
    )
