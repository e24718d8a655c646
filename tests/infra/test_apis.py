"""Who gets through the two front doors, and what is written down about it."""

import importlib
import json
import re

import pytest

from infra.stacks.routes import APART, ROUTES, SCOPES

APIS = ("messages_api", "media_api", "archive_api", "audit_api", "consent_api", "rights_api")


def test_webhooks_are_open_and_everything_else_but_the_description_asks_for_a_scope(prod):
    methods = {
        (each.stack, each.properties["HttpMethod"], _path(prod, each)): each.properties
        for each in prod.of_type("AWS::ApiGateway::Method")
    }
    open_methods = {key for key, each in methods.items() if each["AuthorizationType"] == "NONE"}
    assert open_methods == {
        ("ingress", "GET", "webhook"),
        ("ingress", "POST", "webhook"),
        ("api", "GET", "v1/openapi.json"),
        ("api", "GET", "v1/rights/disclosures/{token}"),
        ("api", "POST", "v1/rights/disclosures/{token}"),
    }
    for route in ROUTES:
        method = methods["api", route.method, route.path]
        if route.scope:
            assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
            assert method["AuthorizationScopes"] == [f"amana/{route.scope}"]


def test_every_kind_of_thing_has_a_scope_of_its_own():
    scopes = {(route.method, route.path): route.scope for route in ROUTES}
    assert scopes.pop(("POST", "v1/messages")) == "messages:send"
    reading = {path: s for (_, path), s in scopes.items() if path.startswith("v1/media/{id}")}
    assert reading["v1/media/{id}"] == reading["v1/media/{id}/content"] == "media:read"
    by_folder = {}
    for (_, path), scope in scopes.items():
        by_folder.setdefault(path.split("/")[1], set()).add(scope)
    assert by_folder == {
        "messages": {"messages:read"},
        "conversations": {"messages:read"},
        "accounts": {"messages:read"},
        "openapi.json": {None},
        "media": {"media:read", "media:write"},
        "archive": {"archive:export"},
        "retention": {"retention:read", "retention:run"},
        "audit": {"audit:read"},
        "contacts": {"consents:read", "consents:write"},
        "consents": {"consents:read", "consents:write"},
        "gate": {"messages:send"},
        "holds": {"holds:read", "holds:write", "holds:lift"},
        # a link and a code open the page of people's own data
        "rights": {"rights:read", "rights:write", "rights:approve", None},
    }


def test_every_scope_is_offered_to_clients(prod):
    (server,) = prod.of_type("AWS::Cognito::UserPoolResourceServer")
    offered = {each["ScopeName"] for each in server.properties["Scopes"]}
    assert offered == {*SCOPES, *(scope for own in APART.values() for scope in own)}
    assert {route.scope for route in ROUTES if route.scope} <= offered


def test_only_a_client_of_its_own_may_override_what_people_have_agreed_to(prod):
    clients = prod.of_type("AWS::Cognito::UserPoolClient")
    scopes = [json.dumps(each.properties["AllowedOAuthScopes"]) for each in clients]
    assert sorted("legal-duty" in each for each in scopes) == [False, False, True]
    (apart,) = (each for each in scopes if "legal-duty" in each)
    assert [name for name in SCOPES if f"/{name}" in apart] == ["messages:send"]


def test_who_files_a_request_or_places_a_hold_can_neither_decide_on_it_nor_lift_it(prod):
    clients = prod.of_type("AWS::Cognito::UserPoolClient")
    scopes = [json.dumps(each.properties["AllowedOAuthScopes"]) for each in clients]
    first = ("rights:write", "holds:write")
    second = ("rights:approve", "holds:lift")
    assert [each for each in scopes if any(f"/{one}" in each for one in second)]
    for each in scopes:
        has = {one for one in (*first, *second) if f"/{one}" in each}
        assert not has & {*first} or not has & {*second}


@pytest.mark.parametrize("name", APIS)
def test_routes_are_those_that_the_function_serves_with_the_scope_it_asks_for(name):
    operations = importlib.import_module(f"functions.{name}.operations").OPERATIONS
    served = {
        (each.method, _shape(each.path.removeprefix("/"))): (each.scope or "").removeprefix(
            "amana/"
        )
        for each in operations
    }
    routed = {
        (route.method, _shape(route.path)): route.scope or ""
        for route in ROUTES
        if route.function == name
    }
    assert routed == served


@pytest.mark.parametrize("name", APIS)
def test_calls_without_a_header_that_is_needed_do_not_reach_the_function(prod, name):
    operations = importlib.import_module(f"functions.{name}.operations").OPERATIONS
    needed = {
        (each.method, _shape(each.path.removeprefix("/"))): {
            f"method.request.header.{parameter.name}": True
            for parameter in each.parameters
            if parameter.where == "header" and parameter.required
        }
        for each in operations
    }
    methods = {
        (each.properties["HttpMethod"], _shape(_path(prod, each))): each.properties
        for each in prod.of_type("AWS::ApiGateway::Method")
        if each.stack == "api"
    }
    for route, headers in needed.items():
        assert methods[route].get("RequestParameters", {}) == headers
        assert "RequestValidatorId" in methods[route]


def test_a_webhook_without_a_signature_reaches_the_function_that_counts_it(prod):
    (post,) = [
        each.properties
        for each in prod.of_type("AWS::ApiGateway::Method")
        if each.stack == "ingress" and each.properties["HttpMethod"] == "POST"
    ]
    assert "RequestValidatorId" not in post
    assert "RequestParameters" not in post


def test_no_api_talks_tls_older_than_1_2(prod):
    for api in prod.of_type("AWS::ApiGateway::RestApi"):
        assert api.properties["SecurityPolicy"].startswith("SecurityPolicy_TLS13_1_2_PFS"), api
        assert api.properties["EndpointConfiguration"] == {"Types": ["REGIONAL"]}, api


def test_webhook_bodies_and_files_travel_as_bytes(prod):
    types = {
        each.stack: each.properties.get("BinaryMediaTypes")
        for each in prod.of_type("AWS::ApiGateway::RestApi")
    }
    assert types == {"ingress": ["*/*"], "api": ["application/octet-stream", "text/html"]}


def test_the_firewall_looks_at_no_body_and_limits_every_address(prod):
    acls = prod.of_type("AWS::WAFv2::WebACL")
    assert len(acls) == len(prod.of_type("AWS::WAFv2::WebACLAssociation")) == 2
    for acl in acls:
        rate, *managed = acl.properties["Rules"]
        assert rate["Action"] == {"Block": {}}
        assert rate["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
        groups = {each["Name"]: each["Statement"]["ManagedRuleGroupStatement"] for each in managed}
        common = groups["AWSManagedRulesCommonRuleSet"]["RuleActionOverrides"]
        counted = {each["Name"] for each in common if each["ActionToUse"] == {"Count": {}}}
        assert {"SizeRestrictions_BODY", "CrossSiteScripting_BODY"} <= counted


def test_neither_query_nor_token_is_written_to_a_log(prod):
    for config in prod.of_type("AWS::WAFv2::LoggingConfiguration"):
        assert config.properties["RedactedFields"] == [
            {"QueryString": {}},
            {"UriPath": {}},
            {"SingleHeader": {"Name": "authorization"}},
        ]
    for stage in prod.of_type("AWS::ApiGateway::Stage"):
        written = json.loads(stage.properties["AccessLogSetting"]["Format"]).values()
        assert not [each for each in written if "path" in each.lower() and "resource" not in each]
        assert not [each for each in written if "querystring" in each or "header" in each]


def test_no_stage_caches_or_traces_bodies_and_each_is_throttled(prod):
    stages = prod.of_type("AWS::ApiGateway::Stage")
    assert len(stages) == 2
    for stage in stages:
        (settings,) = stage.properties["MethodSettings"]
        assert settings["DataTraceEnabled"] is False
        assert not settings.get("CachingEnabled")
        assert not stage.properties.get("CacheClusterEnabled")
        assert settings["ThrottlingRateLimit"] > 0


def test_refusals_of_the_gateway_are_problem_details_with_their_status(prod):
    responses = prod.of_type("AWS::ApiGateway::GatewayResponse")
    assert {"UNAUTHORIZED", "THROTTLED", "BAD_REQUEST_PARAMETERS", "WAF_FILTERED"} <= {
        each.properties["ResponseType"] for each in responses
    }
    for each in responses:
        headers = each.properties["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        template = each.properties["ResponseTemplates"]["application/json"]
        problem = json.loads(template.replace("$context.error.messageString", '"…"'))
        assert problem["status"] == int(each.properties["StatusCode"])
        assert problem["detail"]


def test_clients_get_tokens_by_client_credentials_only(prod):
    clients = prod.of_type("AWS::Cognito::UserPoolClient")
    assert clients
    for client in clients:
        assert client.properties["AllowedOAuthFlows"] == ["client_credentials"]
        assert client.properties["GenerateSecret"] is True
        assert "ExplicitAuthFlows" not in client.properties
    (pool,) = prod.of_type("AWS::Cognito::UserPool")
    assert pool.properties["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


@pytest.mark.parametrize(
    ("stack", "outputs"),
    [
        ("ingress", {"WebhookUrl", "InboundQueueUrl", "InboundDlqUrl"}),
        ("messaging", {"OutboundQueueUrl", "OutboundDlqUrl", "MediaQueueUrl", "MediaDlqUrl"}),
        ("content", {"EpochWorkflowArn", "ExportWorkflowArn"}),
        ("api", {"ApiUrl", "TokenUrl", "UserPoolId", "ClientId"}),
        ("data", {"ConversationsTable", "EphemeralTable", "KeysTable", "ComplianceTable"}),
        ("data", {"OutboxTable", "AuditBucket"}),
        ("audit", {"AuditSigningKeyArn", "AuditOrigin", "AuditSequencerRoleArn"}),
        ("witness", {"WitnessFunctionArn", "WitnessSigningKeyArn", "WitnessName"}),
        ("data", {"TransitBucket", "MediaBucket", "ArchiveBucket", "ExportsBucket"}),
        ("observability", {"AlarmTopicArn"}),
    ],
)
def test_stacks_put_out_what_people_and_tools_need(witnessed, stack, outputs):
    assert outputs <= set(witnessed.templates[stack]["Outputs"])


def _shape(path):
    """A path whatever its parameters are called."""
    return re.sub(r"\{\w+\}", "{}", path)


def _path(assembly, method):
    resources = {
        (each.stack, each.id): each.properties
        for each in assembly.of_type("AWS::ApiGateway::Resource")
    }
    parts = []
    at = method.properties["ResourceId"].get("Ref")
    while at is not None:
        resource = resources[method.stack, at]
        parts.insert(0, resource["PathPart"])
        at = resource["ParentId"].get("Ref")
    return "/".join(parts)
