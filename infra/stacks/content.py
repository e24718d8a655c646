"""What happens to content: its keys' epochs, its archive and exports from it, media."""

from pathlib import Path

from aws_cdk import Aws, CfnOutput, Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_s3 as s3
from constructs import Construct

from functions.archiver.settings import ArchiverSettings
from functions.epoch.settings import EpochSettings
from functions.exporter.settings import ExporterSettings
from functions.media.settings import MediaSettings
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing, function_role
from infra.constructs.permissions import READ_WRITE, Grant
from infra.constructs.queues import QueueWithDlq, feed
from infra.stacks.api import ApiStack
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.messaging import MessagingStack
from infra.stacks.sizes import (
    ARCHIVER_TIMEOUT,
    EPOCH_TIMEOUT,
    EXPORTER_TIMEOUT,
    MEDIA_TIMEOUT,
)
from infra.workflows.epoch import EpochWorkflow
from infra.workflows.export import ExportWorkflow

# one segment of a busy minute
_ARCHIVER_BATCH = 1000
# a copy is put, and removed with all its versions when GuardDuty has looked at it
_SCANNED = ("PutObject", "AbortMultipartUpload", "DeleteObjectVersion")


class ContentStack(FunctionStack):
    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
        messaging: MessagingStack,
        api: ApiStack,
    ) -> None:
        super().__init__(
            scope,
            "content",
            stage=stage,
            purpose="keys of content, archive, media",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.archiver = self._archiver()
        self.media = self._media(messaging.media)
        self.exporter = self._exporter()
        self.export_workflow = ExportWorkflow(
            self, "ExportWorkflow", stage=stage, key=data.keys.operations, exporter=self.exporter
        )
        # whoever reads or writes content
        users = [messaging.inbound, messaging.sender, self.media, self.exporter]
        users += [api.messages_api, api.media_api, api.archive_api, api.consent.consent_api]
        users += [api.consent.importer, *api.retention.content_users, *api.rights.content_users]
        self.epoch = self._epoch(users)
        self.epoch_workflow = EpochWorkflow(
            self,
            "EpochWorkflow",
            stage=stage,
            key=data.keys.operations,
            epoch=self.epoch,
            undelivered=self.failed_invocations,
        )
        CfnOutput(self, "EpochWorkflowArn", value=self.epoch_workflow.machine.state_machine_arn)
        CfnOutput(self, "ExportWorkflowArn", value=self.export_workflow.machine.state_machine_arn)

    def _archiver(self) -> Function:
        data, stage = self.data, self.stage
        archiver = Function(
            self,
            "Archiver",
            name="archiver",
            platform=self.platform,
            settings=ArchiverSettings(
                archive_bucket=data.archive.bucket_name,
                media_bucket=data.media.bucket_name,
                compliance_table=data.compliance.table_name,
                lock_mode=stage.archive_lock_mode,
                retention_days=stage.archive_retention.days,
                retention_class=stage.archive_retention.name,
                content_rules=stage.tenant.content_rules,
                # the emulator knows no window, and has one shard
                stream_shards="one" if stage.is_local else "window",
                outbox_table=data.outbox.table_name,
            ),
            # ciphertext is copied as it is: no content key is in reach
            grants=[
                permissions.read_stream(data.conversations),
                *permissions.write_below(data.compliance, "ARCHIVE#*"),
                permissions.use_objects(
                    data.archive, "GetObject", "PutObject", "PutObjectRetention"
                ),
                permissions.use_objects(data.media, "GetObject", below="updates/"),
                permissions.tell_missing(data.archive, data.media),
                permissions.use_key(data.keys.data, through=["dynamodb", "s3"], write=True),
                *permissions.write_audit(data.outbox, function="archiver"),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=ARCHIVER_TIMEOUT,
                concurrency=stage.concurrency.archiver,
            ),
        )
        window = Duration.seconds(stage.archiver_window_seconds)
        archiver.function.add_event_source(
            event_sources.DynamoEventSource(
                data.conversations,
                # from the first change on, also of those made before this stack was there
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=_ARCHIVER_BATCH,
                max_batching_window=window,
                # only with it Lambda names the shard, within which alone changes have an order
                tumbling_window=window,
                bisect_batch_on_error=True,
                # tried again until the stream forgets them: giving up earlier would lose records
                on_failure=event_sources.SqsDlq(self.failed_invocations),
            )
        )
        return archiver

    def _epoch(self, users: list[Function]) -> Function:
        data, stage = self.data, self.stage
        role = function_role(self, "EpochRole")
        return Function(
            self,
            "Epoch",
            name="epoch",
            platform=self.platform,
            role=role,
            settings=EpochSettings(
                stage=stage.name,
                keys_table=data.content_keys.table_name,
                archive_bucket=data.archive.bucket_name,
                lock_mode=stage.archive_lock_mode,
                retention_days=stage.archive_retention.days,
                key_user_role_arns=",".join(each.role.role_arn for each in users),
                administrator_role_arn=role.role_arn,
                account=Aws.ACCOUNT_ID,
                partition=Aws.PARTITION,
                epoch_days=stage.epoch_days,
                pending_days=stage.epoch_key_pending_days,
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                permissions.make_keys(stage=stage.name),
                permissions.use_table(
                    data.content_keys,
                    *("BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem"),
                ),
                permissions.query(data.content_keys, indexes=["by_epoch"]),
                permissions.use_objects(
                    data.archive, "PutObject", "PutObjectRetention", below="proofs/"
                ),
                permissions.use_key(data.keys.data, through=["dynamodb", "s3"], write=True),
                *permissions.write_audit(data.outbox, function="epoch"),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=EPOCH_TIMEOUT,
                concurrency=stage.concurrency.epoch,
            ),
        )

    def _media(self, source: QueueWithDlq) -> Function:
        data, stage = self.data, self.stage
        scan = data.scan
        media = Function(
            self,
            "Media",
            name="media",
            platform=self.platform,
            settings=MediaSettings(
                conversations_table=data.conversations.table_name,
                keys_table=data.content_keys.table_name,
                media_bucket=data.media.bucket_name,
                transit_bucket=data.transit.bucket_name,
                access_token_secret_arn=data.access_token.secret_arn,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                graph_url=stage.graph_url,
                graph_version=stage.graph_version,
                media_hosts=",".join(stage.media_hosts),
                media_queue_url=source.queue.queue_url,
                malware_scan="on" if scan else "off",
                scan_bucket=scan.bucket.bucket_name if scan else "",
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                permissions.consume(source.queue),
                permissions.use_table(data.conversations, *READ_WRITE),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.use_objects(data.media, "GetObject", below="updates/"),
                permissions.use_objects(
                    data.media, "GetObject", "PutObject", "AbortMultipartUpload", below="media/"
                ),
                # what goes there is read by nobody
                permissions.use_objects(
                    data.media, "PutObject", "AbortMultipartUpload", below="quarantine/"
                ),
                # a part is gone with the upload it belongs to
                permissions.use_objects(
                    data.transit, "GetObject", "DeleteObject", below="uploads/"
                ),
                permissions.tell_missing(data.media, data.transit),
                permissions.read_secrets(data.access_token, data.pseudonym),
                permissions.call_key(data.keys.transit, "Decrypt"),
                permissions.use_key(data.keys.transit, through=["s3"], write=False),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *(_scanning(scan.bucket) if scan else []),
                *permissions.write_audit(data.outbox, function="media"),
            ],
            sizing=Sizing(
                # a part of 6 MiB and a frame of 64 KiB, whatever the size of the medium
                memory_mib=512,
                timeout=MEDIA_TIMEOUT,
                concurrency=stage.concurrency.media,
            ),
        )
        # a large medium holds up no neighbour
        feed(media, source.queue, batch_size=1, concurrency=stage.concurrency.media)
        return media

    def _exporter(self) -> Function:
        data, stage = self.data, self.stage
        return Function(
            self,
            "Exporter",
            name="exporter",
            platform=self.platform,
            settings=ExporterSettings(
                archive_bucket=data.archive.bucket_name,
                media_bucket=data.media.bucket_name,
                exports_bucket=data.exports.bucket_name,
                compliance_table=data.compliance.table_name,
                conversations_table=data.conversations.table_name,
                keys_table=data.content_keys.table_name,
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                permissions.use_objects(data.archive, "GetObject"),
                permissions.use_objects(data.media, "GetObject", below="media/"),
                permissions.use_objects(
                    data.exports, "GetObject", "PutObject", "AbortMultipartUpload"
                ),
                # segments are found by listing their days
                permissions.tell_missing(data.archive, data.media, data.exports),
                *permissions.write_below(data.compliance, "EXPORT#*"),
                # where each shard of the archive stands
                permissions.query(data.compliance, indexes=[], table_itself=True),
                permissions.use_table(data.conversations, "BatchGetItem"),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.use_key(data.keys.data, through=["dynamodb", "s3"], write=True),
                *permissions.write_audit(data.outbox, function="exporter"),
            ],
            sizing=Sizing(
                # a page of a transcript with its images
                memory_mib=1024,
                timeout=EXPORTER_TIMEOUT,
                concurrency=stage.concurrency.exporter,
            ),
        )


def _scanning(bucket: s3.IBucket) -> list[Grant]:
    return [permissions.use_objects(bucket, *_SCANNED), permissions.list_versions(bucket)]
