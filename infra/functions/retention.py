"""Who deletes what is due: the only function that may, beside the one that erases on request."""

from functions.retention.settings import RetentionSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.sizes import RETENTION_TIMEOUT

# a step may take as long again for the unit it is at, and for what S3 takes
_STEP_SECONDS = int(RETENTION_TIMEOUT.to_seconds()) // 3


def retention(stack: FunctionStack, data: DataStack) -> Function:
    stage = stack.stage
    return Function(
        stack,
        "Retention",
        name="retention",
        platform=stack.platform,
        settings=RetentionSettings(
            retention_rules=stage.retention_rules,
            content_rules=stage.tenant.content_rules,
            conversations_table=data.conversations.table_name,
            consent_table=data.consent.table_name,
            compliance_table=data.compliance.table_name,
            keys_table=data.content_keys.table_name,
            media_bucket=data.media.bucket_name,
            archive_bucket=data.archive.bucket_name,
            lock_mode=stage.archive_lock_mode,
            archive_days=stage.archive_retention.days,
            phone_number_ids=",".join(stage.tenant.phone_number_ids),
            pseudonym_secret_arn=data.pseudonym.secret_arn,
            portfolio_id=stage.tenant.portfolio_id,
            step_seconds=_STEP_SECONDS,
            outbox_table=data.outbox.table_name,
        ),
        grants=[
            # a thread of which something stays is counted from that, an alias from its last sign
            permissions.use_table(data.conversations, "BatchGetItem", "DeleteItem", "UpdateItem"),
            permissions.query(
                data.conversations, indexes=["retention", "timeline"], table_itself=True
            ),
            permissions.use_table(data.consent, "BatchGetItem", "DeleteItem"),
            permissions.query(data.consent, indexes=["retention"], table_itself=True),
            # what has a time of its own goes; runs tell what they did
            *permissions.dispose(
                data.compliance,
                over=["EXPORT#*", "IMPORT#*", "RIGHTS#*", "HOLD#*", "DISPOSED#*"],
                told=["RUN#*", "DISPOSED#*"],
            ),
            permissions.query(data.compliance, indexes=["retention", "listed"], table_itself=True),
            # a key is forgotten, its record stays
            permissions.use_table(data.content_keys, "BatchGetItem", "UpdateItem"),
            permissions.list_versions(data.media),
            permissions.use_objects(data.media, "DeleteObjectVersion"),
            permissions.list_versions(data.archive),
            permissions.tell_missing(data.archive),
            permissions.use_objects(
                data.archive,
                "GetObject",
                "GetObjectRetention",
                "GetObjectLegalHold",
                "DeleteObjectVersion",
            ),
            # what went is told there
            permissions.use_objects(
                data.archive, "PutObject", "PutObjectRetention", below="dispositions/"
            ),
            permissions.read_secrets(data.pseudonym),
            permissions.use_key(
                data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
            ),
            *permissions.write_audit(data.outbox, function="retention"),
        ],
        sizing=Sizing(
            # segments are unpacked line by line, ids gathered by the thousand
            memory_mib=1024,
            timeout=RETENTION_TIMEOUT,
            concurrency=stage.concurrency.retention,
        ),
    )
