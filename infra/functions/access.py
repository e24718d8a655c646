"""What makes the answer to a request for access."""

from functions.access.settings import AccessSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.sizes import ACCESS_TIMEOUT


def access(stack: FunctionStack, data: DataStack) -> Function:
    stage = stack.stage
    return Function(
        stack,
        "Access",
        name="access",
        platform=stack.platform,
        settings=AccessSettings(
            compliance_table=data.compliance.table_name,
            conversations_table=data.conversations.table_name,
            consent_table=data.consent.table_name,
            keys_table=data.content_keys.table_name,
            archive_bucket=data.archive.bucket_name,
            audit_bucket=data.audit.bucket_name,
            media_bucket=data.media.bucket_name,
            exports_bucket=data.exports.bucket_name,
            pseudonym_secret_arn=data.pseudonym.secret_arn,
            portfolio_id=stage.tenant.portfolio_id,
            phone_number_ids=",".join(stage.tenant.phone_number_ids),
            waba_id=stage.tenant.waba_id,
            controller=stage.tenant.controller_json,
            consent_rules=stage.tenant.consent_rules,
            retention_rules=stage.retention_rules,
            outbox_table=data.outbox.table_name,
        ),
        # every store is read, and nothing is changed but what is made for the request
        grants=[
            permissions.use_table(data.conversations, "BatchGetItem"),
            permissions.query(data.conversations, indexes=["timeline"], table_itself=True),
            permissions.use_table(data.consent, "BatchGetItem"),
            permissions.query(data.consent, indexes=[], table_itself=True),
            *permissions.write_below(data.compliance, "RIGHTS#*"),
            permissions.query(data.compliance, indexes=["retention", "listed"], table_itself=True),
            permissions.use_content_keys(data.content_keys, create=True),
            permissions.use_objects(data.archive, "GetObject"),
            permissions.use_objects(data.audit, "GetObject"),
            permissions.use_objects(data.media, "GetObject", below="media/"),
            permissions.use_objects(data.media, "GetObject", below="updates/"),
            permissions.use_objects(
                data.exports, "GetObject", "PutObject", "AbortMultipartUpload", below="rights/"
            ),
            permissions.tell_missing(data.archive, data.audit, data.media, data.exports),
            permissions.read_secrets(data.pseudonym),
            permissions.use_key(
                data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
            ),
            *permissions.write_audit(data.outbox, function="access"),
        ],
        sizing=Sizing(
            # a segment of the archive, or a thousand bundles of the log one after the other
            memory_mib=1024,
            timeout=ACCESS_TIMEOUT,
            concurrency=stage.concurrency.access,
        ),
    )
