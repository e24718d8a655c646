"""Clients of the local platform beside the first: another person, or another system."""

from dataclasses import replace

from cli.client import ApiClient
from cli.local.aws import local_session
from cli.local.facts import Facts


def client_of(facts: Facts, output: str, *scopes: str) -> ApiClient:
    """The client whose id is in that output of the stack `api`."""
    outputs = facts.outputs["amana-local-api"]
    cognito = local_session().client("cognito-idp", endpoint_url=facts.aws_endpoint)
    described = cognito.describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=outputs[output]
    )["UserPoolClient"]
    own = replace(facts, client_id=described["ClientId"], client_secret=described["ClientSecret"])
    return ApiClient(own, scopes=tuple(f"amana/{scope}" for scope in scopes))
