"""AWS WAF in front of a REST API whose bodies are what people write to each other.

People write anything: HTML, URLs of metadata services, `${jndi:…}`, 3 MB of history. A rule that
inspects the body would drop real messages without a trace, so those rules only count here. What
protects the body instead: Meta's signature over the raw bytes on the webhook, OAuth on the API,
and code that never interprets content.
"""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.logs import LogGroup
from infra.limits import limit

# every rule of the group that looks at the body, as AWS lists them
_BODY_RULES = {
    "AWSManagedRulesCommonRuleSet": [
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
    ],
    "AWSManagedRulesKnownBadInputsRuleSet": [
        "JavaDeserializationRCE_BODY",
        "Log4JRCE_BODY",
        "ReactJSRCE_BODY",
    ],
    "AWSManagedRulesAmazonIpReputationList": [],
}


# An allowed request is in the access log already; the firewall's line about it is four times as
# long, repeats every header, and would be the dearest log of the platform.
_NOTEWORTHY = {
    "DefaultBehavior": "DROP",
    "Filters": [
        {
            "Behavior": "KEEP",
            "Requirement": "MEETS_ANY",
            "Conditions": [
                {"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT")
            ],
        }
    ],
}


class WebAcl(Construct):
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: StageConfig,
        api_stage: apigateway.Stage,
        requests_per_address: int,
        log_key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visibility(construct_id),
            rules=[
                _rate_rule(requests_per_address),
                *(_managed_rule(group, place) for place, group in enumerate(_BODY_RULES, start=1)),
            ],
        )
        wafv2.CfnWebACLAssociation(
            self,
            "Association",
            resource_arn=api_stage.stage_arn,
            web_acl_arn=self.acl.attr_arn,
        )
        self._log(stage, log_key)

    def _log(self, stage: StageConfig, key: kms.IKey) -> None:
        # AWS WAF writes only to log groups whose names begin so
        name = f"aws-waf-logs-{Stack.of(self).stack_name}"
        group = LogGroup(self, "Logs", stage=stage, key=key, name=name)
        arn = Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        logging = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.acl.attr_arn,
            log_destination_configs=[arn],
            # the handshake carries the verify token in its query, callers their bearer token; the
            # path of a person's own data is the link to it
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(query_string={}),
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(uri_path={}),
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(
                    single_header={"Name": "authorization"}
                ),
            ],
        )
        logging.logging_filter = _NOTEWORTHY
        logging.node.add_dependency(group)


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True,
        metric_name=name,
        # samples would keep query strings and headers where redaction does not reach
        sampled_requests_enabled=False,
    )


def _rate_rule(requests: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RatePerAddress",
        priority=0,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP",
                limit=requests,
                evaluation_window_sec=limit("waf_rate_window"),
            )
        ),
        visibility_config=_visibility("RatePerAddress"),
    )


def _managed_rule(group: str, priority: int) -> wafv2.CfnWebACL.RuleProperty:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name=group,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count)
                    for rule in _BODY_RULES[group]
                ],
            )
        ),
        visibility_config=_visibility(group),
    )
