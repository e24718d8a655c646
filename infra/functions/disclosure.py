"""The page on which people fetch what was made for them."""

from aws_cdk import Duration

from functions.disclosure.settings import DisclosureSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.constructs.permissions import READ_WRITE
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack

# API Gateway gives up after 29 seconds
_TIMEOUT = Duration.seconds(25)


def disclosure(stack: FunctionStack, data: DataStack, messaging: MessagingStack) -> Function:
    stage = stack.stage
    outbound = messaging.outbound.queue
    return Function(
        stack,
        "Disclosure",
        name="disclosure",
        platform=stack.platform,
        settings=DisclosureSettings(
            compliance_table=data.compliance.table_name,
            ephemeral_table=data.ephemeral.table_name,
            exports_bucket=data.exports.bucket_name,
            keys_table=data.content_keys.table_name,
            conversations_table=data.conversations.table_name,
            consent_table=data.consent.table_name,
            consent_rules=stage.tenant.consent_rules,
            controller=stage.tenant.controller_json,
            code_template=stage.tenant.rights_code_template,
            timezone=stage.tenant.timezone,
            phone_number_ids=",".join(stage.tenant.phone_number_ids),
            max_pending_per_conversation=stage.max_pending_per_conversation,
            outbound_queue_url=outbound.queue_url,
            pseudonym_secret_arn=data.pseudonym.secret_arn,
            portfolio_id=stage.tenant.portfolio_id,
            outbox_table=data.outbox.table_name,
        ),
        grants=[
            permissions.use_table(data.compliance, "BatchGetItem"),
            # links, codes, guesses
            permissions.use_table(data.ephemeral, "BatchGetItem", "UpdateItem"),
            permissions.use_objects(data.exports, "GetObject", below="rights/"),
            permissions.tell_missing(data.exports),
            # the message with the code goes the way of every message
            permissions.use_table(data.consent, "BatchGetItem"),
            permissions.use_table(data.conversations, *READ_WRITE),
            permissions.query(data.conversations, indexes=["timeline"]),
            permissions.use_content_keys(data.content_keys, create=True),
            permissions.send_to(outbound),
            permissions.read_secrets(data.pseudonym),
            permissions.use_key(
                data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
            ),
            *permissions.write_audit(data.outbox, function="disclosure"),
        ],
        sizing=Sizing(
            memory_mib=512,
            timeout=_TIMEOUT,
            concurrency=stage.concurrency.disclosure,
        ),
    )
