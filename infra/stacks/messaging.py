"""What happens to messages: folding what came in, sending what goes out."""

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as event_sources
from constructs import Construct

from functions.inbound.settings import InboundSettings
from functions.sender.settings import SenderSettings
from functions.wakeup.settings import WakeupSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Platform, Sizing, tracing_policy
from infra.constructs.queues import QueueWithDlq, dead_letter_queue
from infra.stacks.base import StageStack
from infra.stacks.data import DataStack
from infra.stacks.ingress import IngressStack
from infra.stacks.sizes import INBOUND_TIMEOUT, SENDER_TIMEOUT

# a transaction needs the rights of each of its parts
_READ_WRITE = ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem"]


class MessagingStack(StageStack):
    def __init__(
        self, scope: Construct, *, platform: Platform, data: DataStack, ingress: IngressStack
    ) -> None:
        super().__init__(scope, "messaging", stage=platform.stage, purpose="messages in and out")
        self.platform, self.data = platform, data
        self.outbound = QueueWithDlq(
            self,
            "Outbound",
            key=data.keys.transit,
            retain=self.stage.retain,
            consumer_timeout=SENDER_TIMEOUT,
            fifo=True,
        )
        self.inbound = self._inbound(ingress.inbound)
        self.sender = self._sender()
        self.schedule_dlq = dead_letter_queue(
            self, "ScheduleDlq", key=data.keys.transit, retain=self.stage.retain
        )
        self.wakeup = self._wakeup()
        CfnOutput(self, "OutboundQueueUrl", value=self.outbound.queue.queue_url)
        CfnOutput(self, "OutboundDlqUrl", value=self.outbound.dlq.queue_url)
        CfnOutput(self, "ScheduleDlqUrl", value=self.schedule_dlq.queue_url)

    def _inbound(self, source: QueueWithDlq) -> Function:
        data, stage = self.data, self.stage
        inbound = Function(
            self,
            "Inbound",
            name="inbound",
            platform=self.platform,
            settings=InboundSettings(
                conversations_table=data.conversations.table_name,
                transit_bucket=data.transit.bucket_name,
                media_bucket=data.media.bucket_name,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
            ),
            policy=[
                permissions.consume(source.queue),
                permissions.use_table(data.conversations, _READ_WRITE),
                permissions.use_objects(data.transit, "GetObject"),
                permissions.use_objects(data.media, "PutObject"),
                permissions.read_secrets(data.pseudonym),
                permissions.use_key(data.keys.transit, through=["sqs", "s3"], write=False),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "s3", "secretsmanager"], write=True
                ),
                *tracing_policy(stage),
            ],
            sizing=Sizing(
                memory_mib=1024,
                timeout=INBOUND_TIMEOUT,
                concurrency=stage.concurrency.inbound,
            ),
            log_key=data.keys.operations,
        )
        inbound.function.add_event_source(
            event_sources.SqsEventSource(
                source.queue,
                batch_size=10,
                report_batch_item_failures=True,
                max_concurrency=stage.concurrency.inbound,
            )
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
                ephemeral_table=data.ephemeral.table_name,
                access_token_secret_arn=data.access_token.secret_arn,
                pseudonym_secret_arn=data.pseudonym.secret_arn,
                portfolio_id=stage.tenant.portfolio_id,
                graph_url=stage.graph_url,
                graph_version=stage.graph_version,
                ambiguous_wait_seconds=stage.ambiguous_wait_seconds,
            ),
            policy=[
                permissions.consume(self.outbound.queue),
                permissions.use_table(data.conversations, _READ_WRITE),
                permissions.query_index(data.conversations, "timeline"),
                permissions.use_table(data.ephemeral, ["GetItem", "UpdateItem"]),
                permissions.read_secrets(data.access_token, data.pseudonym),
                permissions.use_key(data.keys.transit, through=["sqs"], write=False),
                permissions.use_key(
                    data.keys.data, through=["dynamodb", "secretsmanager"], write=True
                ),
                *tracing_policy(stage),
            ],
            sizing=Sizing(
                memory_mib=512,
                timeout=SENDER_TIMEOUT,
                concurrency=stage.concurrency.sender,
            ),
            log_key=data.keys.operations,
        )
        sender.function.add_event_source(
            event_sources.SqsEventSource(
                self.outbound.queue,
                # one conversation at a time per execution: its order is kept, and a slow one
                # does not hold up its neighbours
                batch_size=1,
                report_batch_item_failures=True,
                max_concurrency=stage.concurrency.sender,
            )
        )
        return sender

    def _wakeup(self) -> Function:
        data, stage = self.data, self.stage
        wakeup = Function(
            self,
            "Wakeup",
            name="wakeup",
            platform=self.platform,
            settings=WakeupSettings(
                conversations_table=data.conversations.table_name,
                outbound_queue_url=self.outbound.queue.queue_url,
            ),
            policy=[
                permissions.query_index(data.conversations, "due"),
                permissions.send_to(self.outbound.queue),
                permissions.send_to(self.schedule_dlq),
                permissions.use_key(data.keys.transit, through=["sqs"], write=True),
                permissions.use_key(data.keys.data, through=["dynamodb"], write=False),
                *tracing_policy(stage),
            ],
            sizing=Sizing(
                memory_mib=256,
                timeout=Duration.seconds(50),
                concurrency=stage.concurrency.wakeup,
            ),
            log_key=data.keys.operations,
            failed_invocations=self.schedule_dlq,
        )
        events.Rule(
            self,
            "EveryMinute",
            description="Wakes conversations whose next try is due",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            targets=[
                targets.LambdaFunction(
                    wakeup.function,
                    dead_letter_queue=self.schedule_dlq,
                    # the next minute brings the next event
                    max_event_age=Duration.minutes(1),
                    retry_attempts=1,
                )
            ],
        )
        return wakeup
