"""What must outlive everything else: keys, tables, buckets, secrets."""

from aws_cdk import CfnOutput, Duration, Fn
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.keys import Keys
from infra.constructs.queues import DLQ_RETENTION_DAYS, QUEUE_RETENTION_DAYS
from infra.constructs.storage import (
    Bucket,
    Secret,
    Table,
    expire_after,
    removal_policy,
    string_key,
)
from infra.stacks.base import StageStack

# A claim check must live as long as a message that points at it: in the DLQ, and once more in
# the queue after it was put back.
_TRANSIT_DAYS = DLQ_RETENTION_DAYS + QUEUE_RETENTION_DAYS + 1


class DataStack(StageStack):
    def __init__(self, scope: Construct, *, stage: StageConfig) -> None:
        super().__init__(scope, "data", stage=stage, purpose="keys, tables, buckets, secrets")
        self.keys = Keys(self, "Keys", removal_policy=removal_policy(retain=stage.retain))
        self._tables()
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
        for index, partition, sort in (
            ("timeline", "thread", "at"),
            ("recent", "recent_shard", "last_at"),
            ("due", "due_shard", "due_at"),
        ):
            self.conversations.add_global_secondary_index(
                index_name=index,
                partition_key=string_key(partition),
                sort_key=string_key(sort),
                # content is written once; indexes only point at it
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            )
        self.ephemeral = Table(
            self,
            "Ephemeral",
            key=self.keys.data,
            retain=retain,
            time_to_live_attribute="expires_at",
        )

    def _buckets(self) -> None:
        retain = self.stage.retain
        self.logs = s3.Bucket(
            self,
            "Logs",
            # S3 delivers access logs only to buckets under its own key
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[expire_after(self.stage.log_retention_days)],
            removal_policy=removal_policy(retain=retain),
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

    def _secrets(self) -> None:
        # the last part of the stack's id is random: a placeholder nobody outside can guess
        unguessable = Fn.select(2, Fn.split("/", self.stack_id))
        self.meta = self._secret(
            "Meta", "meta", key="app_secret", template={"verify_token": unguessable}
        )
        self.access_token = self._secret("AccessToken", "access-token", key="access_token")
        self.pseudonym = self._secret("Pseudonym", "pseudonym", key="key")

    def _secret(
        self, construct_id: str, name: str, *, key: str, template: dict[str, str] | None = None
    ) -> Secret:
        return Secret(
            self,
            construct_id,
            name=self.stage.secret_name(name),
            key=self.keys.data,
            retain=self.stage.retain,
            generate=secretsmanager.SecretStringGenerator(
                secret_string_template=self.to_json_string(template or {}),
                generate_string_key=key,
                password_length=64,
                exclude_punctuation=True,
            ),
        )

    def _outputs(self) -> None:
        CfnOutput(self, "ConversationsTable", value=self.conversations.table_name)
        CfnOutput(self, "EphemeralTable", value=self.ephemeral.table_name)
        CfnOutput(self, "TransitBucket", value=self.transit.bucket_name)
        CfnOutput(self, "MediaBucket", value=self.media.bucket_name)
        CfnOutput(self, "LogsBucket", value=self.logs.bucket_name)
        for name in ("meta", "access-token", "pseudonym"):
            output = f"{name.title().replace('-', '')}Secret"
            CfnOutput(self, output, value=self.stage.secret_name(name))
