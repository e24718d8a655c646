"""A regional REST API with WAF, throttling, access logs and encrypted execution logs."""

import json

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.config import StageConfig, Throttle
from infra.constructs.logs import LogGroup
from infra.constructs.web_acl import WebAcl

_STAGE = "live"
# Who asked for what and how it ended. Neither the query (the handshake's verify token stands in
# it) nor the path with its ids, only the route.
_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "address": "$context.identity.sourceIp",
    "client": "$context.authorizer.claims.client_id",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "waf": "$context.wafResponseCode",
    "error": "$context.error.responseType",
}


class RestApi(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        log_key: kms.IKey,
        throttle: Throttle,
        requests_per_address: int,
        binary_media_types: list[str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        access_log = LogGroup(self, "AccessLogs", stage=stage, key=log_key)
        self.api = apigateway.RestApi(
            self,
            "Api",
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.REGIONAL]
            ),
            binary_media_types=binary_media_types,
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=_STAGE,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                # would write bodies into the log
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=stage.tracing,
                throttling_rate_limit=throttle.requests_per_second,
                throttling_burst_limit=throttle.burst,
            ),
        )
        # API Gateway would create this group by itself, unencrypted and for ever
        LogGroup(
            self,
            "ExecutionLogs",
            stage=stage,
            key=log_key,
            name=f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{_STAGE}",
        )
        self.web_acl = WebAcl(
            self,
            "WebAcl",
            stage=stage,
            api_stage=self.api.deployment_stage,
            requests_per_address=requests_per_address,
            log_key=log_key,
        )


class ApiGatewayLogging(Construct):
    """Lets API Gateway write logs. One per account and region; kept when the stack goes."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
                )
            ],
        )
        self.account = apigateway.CfnAccount(self, "Account", cloud_watch_role_arn=role.role_arn)
