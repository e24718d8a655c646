"""Who erases people: the steps of a request, what holds stood against, and replays after restores.

Its role and that of retention are the only ones that may delete what is about people.
"""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from functions.core.retention.kinds import DataKind
from functions.erasure.settings import ErasureSettings
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.constructs.permissions import READ_WRITE, Grant
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.sizes import ERASURE_TIMEOUT


def erasure(stack: FunctionStack, data: DataStack) -> Function:
    return Function(
        stack,
        "Erasure",
        name="erasure",
        platform=stack.platform,
        settings=_settings(stack.stage, data),
        grants=_grants(data),
        sizing=Sizing(
            # a file of another owner may have to be sealed anew, piece by piece
            memory_mib=1024,
            timeout=ERASURE_TIMEOUT,
            concurrency=stack.stage.concurrency.erasure,
        ),
    )


def sweep_hourly(stack: FunctionStack, each: Function) -> None:
    """What a hold stood against is erased once the hold is lifted."""
    target = targets.LambdaFunction(
        each.function,
        event=events.RuleTargetInput.from_object({"step": "sweep"}),
        dead_letter_queue=stack.failed_invocations,
        max_event_age=Duration.hours(1),
        retry_attempts=2,
    )
    events.Rule(
        stack,
        "SweepErasures",
        description="Looks at requests for erasure that a hold stood against",
        schedule=events.Schedule.rate(Duration.hours(1)),
        targets=[target],
    )


def _settings(stage: StageConfig, data: DataStack) -> ErasureSettings:
    kept_days = stage.retention[DataKind.REQUEST].rule.keep_days
    return ErasureSettings(
        conversations_table=data.conversations.table_name,
        consent_table=data.consent.table_name,
        compliance_table=data.compliance.table_name,
        ephemeral_table=data.ephemeral.table_name,
        keys_table=data.content_keys.table_name,
        media_bucket=data.media.bucket_name,
        exports_bucket=data.exports.bucket_name,
        archive_bucket=data.archive.bucket_name,
        lock_mode=stage.archive_lock_mode,
        ledger_days=min(kept_days, stage.archive_retention_bound_days),
        audit_bucket=data.audit.bucket_name,
        pseudonym_secret_arn=data.pseudonym.secret_arn,
        portfolio_id=stage.tenant.portfolio_id,
        phone_number_ids=",".join(stage.tenant.phone_number_ids),
        waba_id=stage.tenant.waba_id,
        retention_rules=stage.retention_rules,
        # a key that was replaced is out of use after this long, and functions run for less
        settle_seconds=stage.epoch_wait_seconds,
        within_days=stage.unrecoverable_within_days,
        outbox_table=data.outbox.table_name,
    )


def _grants(data: DataStack) -> list[Grant]:
    return [
        permissions.use_table(data.conversations, *READ_WRITE, "DeleteItem"),
        # a restore is the one moment at which a table is read through
        permissions.use_table(data.conversations, "Scan"),
        permissions.query(data.conversations, indexes=["timeline", "retention"], table_itself=True),
        permissions.use_table(data.consent, *READ_WRITE, "DeleteItem"),
        permissions.query(data.consent, indexes=[], table_itself=True),
        *permissions.dispose(data.compliance, over=["DISPOSED#*"], told=["RIGHTS#*", "DISPOSED#*"]),
        permissions.query(data.compliance, indexes=["listed", "retention"], table_itself=True),
        permissions.use_table(data.ephemeral, "PutItem"),
        permissions.use_content_keys(data.content_keys, create=True),
        # a destroyed key stays as the word that it was destroyed
        permissions.use_table(data.content_keys, "UpdateItem"),
        # with every version, also from quarantine, which nobody reads
        permissions.use_objects(data.media, "DeleteObject", "DeleteObjectVersion"),
        # of another owner of a number: sealed anew
        *(
            permissions.use_objects(
                data.media, "GetObject", "PutObject", "AbortMultipartUpload", below=below
            )
            for below in ("media/", "updates/")
        ),
        permissions.list_versions(data.media),
        permissions.use_objects(
            data.exports, "GetObject", "PutObject", "AbortMultipartUpload", below="rights/"
        ),
        # the ledger of erasures: written once, read after a restore
        permissions.use_objects(
            data.archive, "GetObject", "PutObject", "PutObjectRetention", below="erasures/"
        ),
        permissions.use_objects(data.audit, "GetObject"),
        permissions.tell_missing(data.archive, data.audit, data.exports),
        permissions.read_secrets(data.pseudonym),
        permissions.use_key(
            data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
        ),
        *permissions.write_audit(data.outbox, function="erasure"),
    ]
