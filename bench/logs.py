"""Sizes of the log lines that AWS writes for a request: nobody can see them without AWS."""

import json
from typing import Any

from bench.assumptions import assumed
from bench.infrastructure import Infrastructure

# What API Gateway puts in place of its variables; the longest usual value where they vary.
_VALUES = {
    "$context.requestId": "00000000-0000-0000-0000-000000000000",
    "$context.requestTime": "22/Nov/2026:10:00:00 +0000",
    "$context.identity.sourceIp": "2001:db8:0:0:0:0:0:1",
    "$context.authorizer.claims.client_id": "0" * 26,
    "$context.resourcePath": "/v1/conversations/{conversation_id}/messages",
    "$context.wafResponseCode": "WAF_ALLOW",
}


def access_bytes(infrastructure: Infrastructure) -> float:
    line = json.loads(infrastructure.access_log_format)
    filled = {name: _VALUES.get(value, "-" * 5) for name, value in line.items()}
    return _event(len(json.dumps(filled)))


def waf_bytes(infrastructure: Infrastructure) -> float:
    """One line in the form of https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html."""
    rules = infrastructure.of_type("AWS::WAFv2::WebACL")[0]["Rules"]
    line: dict[str, Any] = {
        "timestamp": 1_790_000_000_000,
        "formatVersion": 1,
        "webaclId": "arn:aws:wafv2:us-east-1:000000000000:regional/webacl/" + "-" * 60,
        "terminatingRuleId": "Default_Action",
        "terminatingRuleType": "REGULAR",
        "action": "ALLOW",
        "terminatingRuleMatchDetails": [],
        "httpSourceName": "APIGW",
        "httpSourceId": "000000000000:0000000000:live",
        "ruleGroupList": [_rule_group(rule["Name"]) for rule in rules if "OverrideAction" in rule],
        "rateBasedRuleList": [
            {
                "rateBasedRuleId": "00000000-0000-0000-0000-000000000000",
                "rateBasedRuleName": "RatePerAddress",
                "limitKey": "IP",
                "maxRateAllowed": 100_000,
                "evaluationWindowSec": "300",
                "limitValue": "192.0.2.1",
            }
        ],
        "nonTerminatingMatchingRules": [],
        "requestHeadersInserted": None,
        "responseCodeSent": None,
        "httpRequest": {
            "clientIp": "192.0.2.1",
            "country": "IE",
            "headers": [],
            "uri": "/live/v1/messages",
            "args": "REDACTED",
            "httpVersion": "HTTP/1.1",
            "httpMethod": "POST",
            "requestId": "-" * 16,
            "fragment": "",
            "scheme": "https",
            "host": "-" * 50,
        },
        "ja3Fingerprint": "0" * 32,
        "ja4Fingerprint": "0" * 36,
        "requestBodySize": 10_000,
        "requestBodySizeInspectedByWAF": 10_000,
    }
    return _event(len(json.dumps(line, separators=(",", ":"))) + assumed("logs", "waf_headers"))


def lines_bytes(text: str) -> float:
    """What a function itself wrote."""
    return sum(_event(len(line.encode())) for line in text.splitlines())


def _rule_group(name: str) -> dict[str, Any]:
    return {
        "ruleGroupId": f"AWS#{name}",
        "terminatingRule": None,
        "nonTerminatingMatchingRules": [],
        "excludedRules": None,
        "customerConfig": None,
    }


def _event(size: float) -> float:
    return size + assumed("logs", "event_overhead")
