"""What happens to messages: folding what came in, sending what goes out."""

from pathlib import Path

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from functions.core.runtime.policies import value
from functions.inbound.settings import InboundSettings
from functions.sender.settings import SenderSettings
from functions.wakeup.settings import WakeupSettings
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.function import Function, Sizing
from infra.constructs.malware_scan import MalwareScan
from infra.constructs.permissions import READ_WRITE
from infra.constructs.queues import QueueWithDlq, feed
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.ingress import IngressStack
from infra.stacks.sizes import INBOUND_BATCH, INBOUND_TIMEOUT, MEDIA_TIMEOUT, SENDER_TIMEOUT
from infra.workflows.rights import rights_workflow_arn


class MessagingStack(FunctionStack):
    def __init__(
        self,
        scope: Construct,
        *,
        stage: StageConfig,
        assets: Path,
        data: DataStack,
        ingress: IngressStack,
    ) -> None:
        super().__init__(
            scope,
            "messaging",
            stage=stage,
            purpose="messages in and out",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.outbound = QueueWithDlq(
            self,
            "Outbound",
            key=data.keys.transit,
            retain=self.stage.retain,
            consumer_timeout=SENDER_TIMEOUT,
            fifo=True,
        )
        # here and not with its consumer, because what comes in is announced there
        self.media = QueueWithDlq(
            self,
            "Media",
            key=data.keys.transit,
            retain=self.stage.retain,
            consumer_timeout=MEDIA_TIMEOUT,
            # the pauses between them add up to more than a day
            tries=value("media", "fetch", "tries"),
        )
        self.ingress = ingress
        self.inbound = self._inbound(ingress.inbound)
        self.sender = self._sender()
        self.wakeup = self._wakeup()
        self._every_minute()
        if data.scan:
            self._verdicts(data.scan)
        CfnOutput(self, "MediaQueueUrl", value=self.media.queue.queue_url)
        CfnOutput(self, "MediaDlqUrl", value=self.media.dlq.queue_url)
        CfnOutput(self, "OutboundQueueUrl", value=self.outbound.queue.queue_url)
        CfnOutput(self, "OutboundDlqUrl", value=self.outbound.dlq.queue_url)

    def _inbound(self, source: QueueWithDlq) -> Function:
        data, stage = self.data, self.stage
        inbound = Function(
            self,
            "Inbound",
            name="inbound",
            platform=self.platform,
            settings=InboundSettings(
                conversations_table=data.conversations.table_name,
                keys_table=data.content_keys.table_name,
                transit_bucket=data.transit.bucket_name,
                media_bucket=data.media.bucket_name,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                media_queue_url=self.media.queue.queue_url,
                outbound_queue_url=self.outbound.queue.queue_url,
                max_pending_per_conversation=stage.max_pending_per_conversation,
                phone_number_ids=",".join(stage.tenant.phone_number_ids),
                card_policy=stage.tenant.card_policy,
                language=stage.tenant.language,
                portfolio_id=stage.tenant.portfolio_id,
                consent_table=data.consent.table_name,
                ephemeral_table=data.ephemeral.table_name,
                consent_rules=stage.tenant.consent_rules,
                controller=stage.tenant.controller_json,
                first_contact_notice="on" if stage.tenant.first_contact_notice else "off",
                waba_id=stage.tenant.waba_id,
                compliance_table=data.compliance.table_name,
                rights_machine_arn=rights_workflow_arn(stage),
                deadlines=stage.deadlines,
                timezone=stage.tenant.timezone,
                content_rules=stage.tenant.content_rules,
                profile_names="on" if stage.tenant.profile_names else "off",
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                permissions.consume(source.queue),
                # what is held at one alias of a person is held at all of them
                permissions.use_holds(data.compliance, "BatchGetItem", "UpdateItem"),
                # who writes "my data" has filed a request
                permissions.file_requests(data.compliance),
                permissions.start(rights_workflow_arn(stage)),
                permissions.use_table(data.consent, *READ_WRITE),
                # who was erased while it was on its way
                permissions.use_table(data.ephemeral, "BatchGetItem"),
                permissions.send_to(self.media.queue, self.outbound.queue),
                permissions.use_table(data.conversations, *READ_WRITE),
                # the messages just before: a card number may be split over several
                permissions.query(data.conversations, indexes=["timeline"]),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.use_objects(data.transit, "GetObject"),
                permissions.use_objects(data.media, "PutObject", below="updates/"),
                permissions.read_secrets(data.pseudonym),
                permissions.call_key(data.keys.transit, "Decrypt"),
                permissions.use_key(data.keys.transit, through=["s3"], write=False),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *permissions.write_audit(data.outbox, function="inbound"),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=INBOUND_TIMEOUT,
                concurrency=stage.concurrency.inbound,
            ),
        )
        feed(
            inbound,
            source.queue,
            batch_size=INBOUND_BATCH,
            concurrency=stage.concurrency.inbound,
        )
        return inbound

    def _sender(self) -> Function:
        data, stage = self.data, self.stage
        sender = Function(
            self,
            "Sender",
            name="sender",
            platform=self.platform,
            settings=SenderSettings(
                conversations_table=data.conversations.table_name,
                keys_table=data.content_keys.table_name,
                ephemeral_table=data.ephemeral.table_name,
                access_token_secret_arn=data.access_token.secret_arn,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                graph_url=stage.graph_url,
                graph_version=stage.graph_version,
                messages_per_second=stage.tenant.messages_per_second,
                ambiguous_wait_seconds=stage.ambiguous_wait_seconds,
                consent_table=data.consent.table_name,
                consent_rules=stage.tenant.consent_rules,
                content_rules=stage.tenant.content_rules,
                timezone=stage.tenant.timezone,
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                permissions.use_table(data.consent, *READ_WRITE),
                permissions.consume(self.outbound.queue),
                permissions.use_table(data.conversations, *READ_WRITE),
                permissions.query(data.conversations, indexes=["timeline"]),
                permissions.use_content_keys(data.content_keys, create=True),
                permissions.use_table(data.ephemeral, "GetItem", "UpdateItem"),
                permissions.read_secrets(data.access_token, data.pseudonym),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "secretsmanager"], write=True
                ),
                *permissions.write_audit(data.outbox, function="sender"),
            ],
            sizing=Sizing(
                # it waits for Graph most of the time
                memory_mib=256,
                timeout=SENDER_TIMEOUT,
                concurrency=stage.concurrency.sender,
            ),
        )
        # one conversation at a time: its order is kept, and a slow one holds up no neighbour
        feed(sender, self.outbound.queue, batch_size=1, concurrency=stage.concurrency.sender)
        return sender

    def _wakeup(self) -> Function:
        data = self.data
        return Function(
            self,
            "Wakeup",
            name="wakeup",
            platform=self.platform,
            settings=WakeupSettings(
                conversations_table=data.conversations.table_name,
                outbound_queue_url=self.outbound.queue.queue_url,
            ),
            grants=[
                permissions.query(data.conversations, indexes=["due"]),
                permissions.send_to(self.outbound.queue),
                permissions.use_key(data.keys.data, through=["dynamodb"], write=False),
            ],
            sizing=Sizing(
                memory_mib=256,
                # done before the next one starts
                timeout=Duration.seconds(50),
                concurrency=self.stage.concurrency.wakeup,
            ),
        )

    def _every_minute(self) -> None:
        target = targets.LambdaFunction(
            self.wakeup.function,
            dead_letter_queue=self.failed_invocations,
            # the next minute brings the next event
            max_event_age=Duration.minutes(1),
            retry_attempts=1,
        )
        events.Rule(
            self,
            "EveryMinute",
            description="Wakes the conversations whose next try is due",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            targets=[target],
        )

    def _verdicts(self, scan: MalwareScan) -> None:
        """Of GuardDuty, about copies of media: whoever stored a medium is told."""
        target = targets.SqsQueue(self.media.queue, dead_letter_queue=self.failed_invocations)
        events.Rule(
            self,
            "Verdicts",
            description="What the malware scan found in a medium",
            event_pattern=events.EventPattern(
                source=["aws.guardduty"],
                detail_type=["GuardDuty Malware Protection Object Scan Result"],
                detail={"s3ObjectDetails": {"bucketName": [scan.bucket.bucket_name]}},
            ),
            targets=[target],
        )
