"""Where Meta's webhooks come in: API, webhook function, inbound queue."""

from pathlib import Path

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_apigateway as apigateway
from constructs import Construct

from functions.webhook.settings import WebhookSettings
from infra.config import StageConfig
from infra.constructs import permissions
from infra.constructs.api_logging import ApiGatewayLogging
from infra.constructs.function import Function, Sizing
from infra.constructs.queues import QueueWithDlq
from infra.constructs.rest_api import RestApi, acknowledge_open_method
from infra.stacks.base import FunctionStack
from infra.stacks.data import DataStack
from infra.stacks.sizes import INBOUND_TIMEOUT

_HANDSHAKE = ("hub.mode", "hub.verify_token", "hub.challenge")


class IngressStack(FunctionStack):
    def __init__(
        self, scope: Construct, *, stage: StageConfig, assets: Path, data: DataStack
    ) -> None:
        super().__init__(
            scope,
            "ingress",
            stage=stage,
            purpose="webhooks from Meta",
            assets=assets,
            keys=data.keys,
        )
        self.data = data
        self.inbound = QueueWithDlq(
            self,
            "Inbound",
            key=data.keys.transit,
            retain=stage.retain,
            consumer_timeout=INBOUND_TIMEOUT,
        )
        self.webhook = self._webhook()
        self.api = self._api()
        CfnOutput(self, "WebhookUrl", value=self.api.api.url_for_path("/webhook"))
        CfnOutput(self, "InboundQueueUrl", value=self.inbound.queue.queue_url)
        CfnOutput(self, "InboundDlqUrl", value=self.inbound.dlq.queue_url)

    def _webhook(self) -> Function:
        stage, data = self.stage, self.data
        return Function(
            self,
            "Webhook",
            name="webhook",
            platform=self.platform,
            settings=WebhookSettings(
                inbound_queue_url=self.inbound.queue.queue_url,
                transit_bucket=data.transit.bucket_name,
                meta_secret_arn=data.meta.secret_arn,
                transit_key_arn=data.keys.transit.key_arn,
                claim_check_bytes=stage.claim_check_bytes,
                outbox_table=data.outbox.table_name,
            ),
            grants=[
                permissions.send_to(self.inbound.queue),
                permissions.use_objects(data.transit, "PutObject"),
                permissions.read_secrets(data.meta),
                permissions.call_key(data.keys.transit, "GenerateDataKey"),
                permissions.use_key(data.keys.transit, through=["s3"], write=True),
                permissions.use_key(data.keys.data, through=["secretsmanager"], write=False),
                permissions.use_key(data.keys.data, through=["dynamodb"], write=True),
                *permissions.write_audit(data.outbox, function="webhook"),
            ],
            # HMAC over 3 MB and the imports of a cold start want some processor
            sizing=Sizing(
                memory_mib=512,
                timeout=Duration.seconds(10),
                concurrency=stage.concurrency.webhook,
            ),
        )

    def _api(self) -> RestApi:
        stage = self.stage
        rest = RestApi(
            self,
            "WebhookApi",
            stage=stage,
            log_key=self.data.keys.operations,
            throttle=stage.webhook_throttle,
            requests_per_address=stage.webhook_requests_per_address,
            # the signature is over raw bytes: everything travels base64, nothing is re-encoded
            binary_media_types=["*/*"],
        )
        rest.stage.node.add_dependency(ApiGatewayLogging(self, "ApiGatewayLogging"))
        resource = rest.api.root.add_resource("webhook")
        integration = apigateway.LambdaIntegration(self.webhook.function, allow_test_invoke=False)
        handshake = resource.add_method(
            "GET",
            integration,
            request_validator=rest.validator,
            request_parameters={f"method.request.querystring.{name}": True for name in _HANDSHAKE},
        )
        # no validator: a POST without a signature must reach the function, which counts it
        event = resource.add_method("POST", integration)
        acknowledge_open_method(
            handshake,
            reason=(
                "Meta's handshake carries no credentials but a verify token, which the function "
                "compares in constant time with the one in Secrets Manager before it echoes the "
                "challenge (tests/unit). Compensating controls: WAF, throttling, access logs."
            ),
        )
        acknowledge_open_method(
            event,
            reason=(
                "Meta signs webhooks instead of bringing a token: the function checks HMAC-SHA256 "
                "over the raw bytes in constant time and answers 401 without it (tests/unit). "
                "Compensating controls: WAF, throttling, an alarm on failed signatures."
            ),
        )
        return rest
