"""Where Meta's webhooks come in: API, webhook function, inbound queue."""

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from functions.webhook.settings import WebhookSettings
from infra.constructs import permissions
from infra.constructs.function import Function, Platform, Sizing, tracing_policy
from infra.constructs.queues import QueueWithDlq
from infra.constructs.rest_api import ApiGatewayLogging, RestApi
from infra.stacks.base import StageStack
from infra.stacks.data import DataStack
from infra.stacks.sizes import INBOUND_TIMEOUT


class IngressStack(StageStack):
    def __init__(self, scope: Construct, *, platform: Platform, data: DataStack) -> None:
        super().__init__(scope, "ingress", stage=platform.stage, purpose="webhooks from Meta")
        self.platform = platform
        self.data = data
        self.inbound = QueueWithDlq(
            self,
            "Inbound",
            key=data.keys.transit,
            retain=platform.stage.retain,
            consumer_timeout=INBOUND_TIMEOUT,
        )
        self.webhook = self._webhook()
        self.api = self._api()
        CfnOutput(self, "WebhookUrl", value=self.api.api.url_for_path("/webhook"))
        CfnOutput(self, "InboundQueueUrl", value=self.inbound.queue.queue_url)
        CfnOutput(self, "InboundDlqUrl", value=self.inbound.dlq.queue_url)

    def _webhook(self) -> Function:
        stage, data = self.platform.stage, self.data
        return Function(
            self,
            "Webhook",
            name="webhook",
            platform=self.platform,
            settings=WebhookSettings(
                inbound_queue_url=self.inbound.queue.queue_url,
                transit_bucket=data.transit.bucket_name,
                meta_secret_arn=data.meta.secret_arn,
                claim_check_bytes=stage.claim_check_bytes,
            ),
            policy=[
                permissions.send_to(self.inbound.queue),
                permissions.use_objects(data.transit, "PutObject"),
                permissions.read_secrets(data.meta),
                permissions.use_key(data.keys.transit, through=["sqs", "s3"], write=True),
                permissions.use_key(data.keys.data, through=["secretsmanager"], write=False),
                *tracing_policy(stage),
            ],
            # Lambda gives processor time by memory: HMAC over 3 MB and imports want some
            sizing=Sizing(
                memory_mib=512,
                timeout=Duration.seconds(10),
                concurrency=stage.concurrency.webhook,
            ),
            log_key=data.keys.operations,
        )

    def _api(self) -> RestApi:
        stage = self.platform.stage
        logging = ApiGatewayLogging(self, "ApiGatewayLogging")
        api = RestApi(
            self,
            "WebhookApi",
            stage=stage,
            log_key=self.data.keys.operations,
            throttle=stage.webhook_throttle,
            requests_per_address=stage.webhook_requests_per_address,
            # the signature is over raw bytes: everything travels base64, nothing is re-encoded
            binary_media_types=["*/*"],
        )
        api.api.deployment_stage.node.add_dependency(logging)
        resource = api.api.root.add_resource("webhook")
        integration = apigateway.LambdaIntegration(self.webhook.function, allow_test_invoke=False)
        for method in ("GET", "POST"):
            resource.add_method(method, integration)
        return api
