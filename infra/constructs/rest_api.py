"""A regional REST API with WAF, throttling, access logs and encrypted execution logs."""

import json

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.acknowledge import (
    AWS_SOLUTIONS,
    HIPAA,
    NIST_R4,
    NIST_R5,
    PCI,
    acknowledge,
)
from infra.config import StageConfig
from infra.constructs.logs import LogGroup
from infra.constructs.web_acl import WebAcl
from infra.throughput import Throttle

_STAGE = "live"
# Who asked for what and how it ended. Neither the query (the handshake's verify token stands in
# it) nor the path with its ids, only the route.
_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "address": "$context.identity.sourceIp",
    "tls": "$context.tlsVersion",
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
        self.api = apigateway.RestApi(
            self,
            "Api",
            # metrics and alarms go by this name; two APIs of one name would be counted together
            rest_api_name=Stack.of(self).stack_name,
            endpoint_configuration=apigateway.EndpointConfiguration(
                types=[apigateway.EndpointType.REGIONAL]
            ),
            binary_media_types=binary_media_types,
            # one for all APIs, see ApiGatewayLogging
            cloud_watch_role=False,
            deploy_options=self._deploy_options(stage, log_key, throttle),
        )
        _require_modern_tls(self.api)
        self.stage = self.api.deployment_stage
        # API Gateway would create this group by itself, unencrypted and for ever
        execution_log = LogGroup(
            self,
            "ExecutionLogs",
            stage=stage,
            key=log_key,
            name=f"API-Gateway-Execution-Logs_{self.api.rest_api_id}/{_STAGE}",
        )
        self.stage.node.add_dependency(execution_log)
        self.validator = self.api.add_request_validator(
            "Validator", validate_request_body=True, validate_request_parameters=True
        )
        self.web_acl = WebAcl(
            self,
            "WebAcl",
            stage=stage,
            api_stage=self.stage,
            requests_per_address=requests_per_address,
            log_key=log_key,
        )
        self._acknowledge()

    def _deploy_options(
        self, stage: StageConfig, log_key: kms.IKey, throttle: Throttle
    ) -> apigateway.StageOptions:
        access_log = LogGroup(self, "AccessLogs", stage=stage, key=log_key)
        return apigateway.StageOptions(
            stage_name=_STAGE,
            access_log_destination=apigateway.LogGroupLogDestination(access_log),
            access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
            logging_level=apigateway.MethodLoggingLevel.ERROR,
            # would write bodies into the log
            data_trace_enabled=False,
            # $0.90 a month for each route; alarms and dashboard look at whole APIs, which is free,
            # the access log tells of each request
            metrics_enabled=False,
            tracing_enabled=stage.tracing,
            throttling_rate_limit=throttle.requests_per_second,
            throttling_burst_limit=throttle.burst,
        )

    def _acknowledge(self) -> None:
        acknowledge(
            self.stage,
            "APIGWCacheEnabledAndEncrypted",
            *(HIPAA, NIST_R4, NIST_R5, PCI),
            reason=(
                "A cache would keep message content in a store outside the retention and erasure "
                "rules, and answer with a status that is no longer true. There is no cached data "
                "that could be unencrypted. Compensating control: caching is off for every method, "
                "asserted in tests/infra."
            ),
        )
        acknowledge(
            self.stage,
            "APIGWSSLEnabled",
            *(HIPAA, NIST_R5, PCI),
            reason=(
                "The client certificate proves API Gateway to an HTTP backend. Every integration "
                "here is Lambda, invoked through AWS's own signed API over TLS. Compensating "
                "control: each function's resource policy admits only this API and route."
            ),
        )


def _require_modern_tls(api: apigateway.RestApi) -> None:
    """Without a policy of its own a regional API still talks TLS 1.0."""
    resource = api.node.default_child
    assert isinstance(resource, apigateway.CfnRestApi)  # noqa: S101 - narrows the type
    # TLS 1.2 and 1.3, forward secrecy, post-quantum key exchange where the client offers it
    resource.security_policy = "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
    # AWS asks for a mode with such a policy; STRICT would shut out a custom domain in front
    resource.endpoint_access_mode = "BASIC"


def acknowledge_open_method(method: apigateway.Method, *, reason: str) -> None:
    """A method without OAuth: `reason` says what guards it instead."""
    for rule in ("APIG4", "COG4"):
        acknowledge(method, rule, AWS_SOLUTIONS, reason=reason)
