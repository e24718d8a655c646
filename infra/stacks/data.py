"""What must outlive everything else: keys, tables, buckets, secrets."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Duration, Fn
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from functions.core.runtime.policies import value
from infra.config import StageConfig
from infra.constructs.archive_bucket import ArchiveBucket
from infra.constructs.audit_bucket import AuditBucket
from infra.constructs.backup import Backup
from infra.constructs.buckets import Bucket, LogsBucket, expire_after
from infra.constructs.keys import Keys
from infra.constructs.lifecycle import removal_policy
from infra.constructs.malware_scan import MalwareScan
from infra.constructs.queues import DLQ_RETENTION_DAYS, QUEUE_RETENTION_DAYS
from infra.constructs.secrets import Secret
from infra.constructs.tables import RETENTION, Table, add_index
from infra.stacks.base import StageStack

# A claim check must live as long as a message that points at it: in the DLQ, and once more in
# the queue after it was put back.
_TRANSIT_DAYS = DLQ_RETENTION_DAYS + QUEUE_RETENTION_DAYS + 1
# An export is fetched at once, or asked for again.
_EXPORT_DAYS = 1
_RIGHTS_DAYS = int(value("rights", "link", "kept_days"))

# name, partition key, sort key
CONVERSATION_INDEXES = (
    ("timeline", "thread", "at"),
    ("recent", "recent_shard", "last_at"),
    ("due", "due_shard", "due_at"),
    RETENTION,
)


class DataStack(StageStack):
    def __init__(self, scope: Construct, *, stage: StageConfig) -> None:
        super().__init__(scope, "data", stage=stage, purpose="keys, tables, buckets, secrets")
        self.keys = Keys(self, "Keys", removal_policy=removal_policy(retain=stage.retain))
        self._tables()
        if stage.backups:
            Backup(
                self,
                "Backup",
                tables=[
                    self.conversations,
                    self.consent,
                    self.ephemeral,
                    self.content_keys,
                    self.compliance,
                    self.outbox,
                ],
                key=self.keys.data,
                retain=stage.retain,
            )
        self._buckets()
        self._secrets()
        self._outputs()

    def _tables(self) -> None:
        retain = self.stage.retain
        self.conversations = Table(
            self,
            "Conversations",
            key=self.keys.data,
            retain=retain,
            sort_key="sk",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        for index in CONVERSATION_INDEXES:
            add_index(self.conversations, *index)
        self.consent = Table(self, "Consent", key=self.keys.data, retain=retain, sort_key="sk")
        add_index(self.consent, *RETENTION)
        self.ephemeral = Table(
            self,
            "Ephemeral",
            key=self.keys.data,
            retain=retain,
            time_to_live_attribute="expires_at",
        )
        # Without it nothing is ever read again, so it is in every backup. That brings no destroyed
        # key back for long: epochs make each backup useless after a bounded time.
        self.content_keys = Table(self, "ContentKeys", key=self.keys.data, retain=retain)
        add_index(self.content_keys, "by_epoch", "epoch_shard", "pk")
        self.compliance = Table(
            self, "Compliance", key=self.keys.data, retain=retain, sort_key="sk"
        )
        add_index(self.compliance, *RETENTION)
        # requests, holds and dispositions are few, and looked through by the latest
        add_index(self.compliance, "listed", "listed", "listed_at")
        # entries of the audit log on their way: the log takes them from the stream in seconds
        self.outbox = Table(
            self,
            "Outbox",
            key=self.keys.data,
            retain=retain,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute="expires_at",
        )

    def _buckets(self) -> None:
        retain = self.stage.retain
        self.logs = LogsBucket(
            self, "Logs", retention_days=self.stage.log_retention_days, retain=retain
        )
        self.transit = Bucket(
            self,
            "Transit",
            key=self.keys.transit,
            logs=self.logs,
            retain=retain,
            lifecycle_rules=[expire_after(_TRANSIT_DAYS)],
        )
        self.media = Bucket(
            self,
            "Media",
            key=self.keys.data,
            logs=self.logs,
            retain=retain,
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))
            ],
        )
        self.archive = ArchiveBucket(
            self, "Archive", key=self.keys.data, logs=self.logs, stage=self.stage
        )
        self.audit = AuditBucket(
            self, "Audit", key=self.keys.data, logs=self.logs, stage=self.stage
        )
        self.exports = Bucket(
            self,
            "Exports",
            key=self.keys.data,
            logs=self.logs,
            retain=retain,
            lifecycle_rules=[
                # what is made for people about themselves, who may fetch it for so long
                expire_after(_RIGHTS_DAYS),
                # exports and imports by the beginnings of their names: the shorter time counts
                expire_after(_EXPORT_DAYS, below="e_"),
                expire_after(_EXPORT_DAYS, below="imports/"),
            ],
        )
        self.scan: MalwareScan | None = None
        if self.stage.tenant.media_malware_scan:
            self.scan = MalwareScan(self, "Scan", key=self.keys.data, logs=self.logs, retain=retain)

    def _secrets(self) -> None:
        # the last part of the stack's id is random: a placeholder nobody outside can guess
        unguessable = Fn.select(2, Fn.split("/", self.stack_id))
        self.meta = self._secret(
            "Meta",
            "meta",
            generated_key="app_secret",
            others={"verify_token": unguessable},
            no_rotation=(
                "Meta has no API to rotate an app secret: a person resets it in the App Dashboard. "
                "Compensating controls: the webhook accepts the previous secret beside the new "
                "one, so that rotation needs no downtime, and failed signatures raise an alarm."
            ),
        )
        self.access_token = self._secret(
            "AccessToken",
            "access-token",
            generated_key="access_token",
            no_rotation=(
                "Meta issues system user tokens to a person in Business Settings; no API does it. "
                "Compensating controls: functions read the secret again after five minutes, only "
                "the two that call Graph (sender, media) may read it, and a refused token stops "
                "the channel with an alarm."
            ),
        )
        self.pseudonym = self._secret(
            "Pseudonym",
            "pseudonym",
            generated_key="key",
            no_rotation=(
                "This key turns phone numbers into the pseudonyms that records are found by: with "
                "another key no person would be found again. Compensating controls: 64 random "
                "characters no person has seen, a customer-managed key with yearly rotation "
                "around it, and eight named functions as its only readers."
            ),
        )

    def _secret(
        self,
        construct_id: str,
        name: str,
        *,
        generated_key: str,
        no_rotation: str,
        others: Mapping[str, str] | None = None,
    ) -> Secret:
        return Secret(
            self,
            construct_id,
            name=self.stage.secret_name(name),
            key=self.keys.data,
            retain=self.stage.retain,
            generate=secretsmanager.SecretStringGenerator(
                secret_string_template=self.to_json_string(others or {}),
                generate_string_key=generated_key,
                password_length=64,
                exclude_punctuation=True,
            ),
            no_rotation=no_rotation,
        )

    def _outputs(self) -> None:
        CfnOutput(self, "ConversationsTable", value=self.conversations.table_name)
        CfnOutput(self, "ConsentTable", value=self.consent.table_name)
        CfnOutput(self, "EphemeralTable", value=self.ephemeral.table_name)
        CfnOutput(self, "KeysTable", value=self.content_keys.table_name)
        CfnOutput(self, "ComplianceTable", value=self.compliance.table_name)
        CfnOutput(self, "OutboxTable", value=self.outbox.table_name)
        CfnOutput(self, "TransitBucket", value=self.transit.bucket_name)
        CfnOutput(self, "MediaBucket", value=self.media.bucket_name)
        CfnOutput(self, "ArchiveBucket", value=self.archive.bucket_name)
        CfnOutput(self, "AuditBucket", value=self.audit.bucket_name)
        CfnOutput(self, "ExportsBucket", value=self.exports.bucket_name)
        CfnOutput(self, "LogsBucket", value=self.logs.bucket_name)
        for name in ("meta", "access-token", "pseudonym"):
            output = f"{name.title().replace('-', '')}Secret"
            CfnOutput(self, output, value=self.stage.secret_name(name))
