"""The demo tenant: secrets filled in, webhook registered, the way README tells an operator to."""

import json
from typing import TYPE_CHECKING

from cli.client import ApiClient
from cli.local.aws import local_session
from cli.local.facts import Facts, local_url
from cli.local.sandbox import Credentials
from cli.meta import Meta
from cli.waiting import wait_until
from infra.config import StageConfig

if TYPE_CHECKING:
    from cli.local.deploy import Outputs


def fill_secrets(stage: StageConfig, credentials: Credentials, *, endpoint: str) -> None:
    client = local_session().client("secretsmanager", endpoint_url=endpoint)
    values = {
        "meta": {
            "app_secret": credentials.app_secret,
            "verify_token": credentials.verify_token,
        },
        "access-token": {"access_token": credentials.access_token},
    }
    for name, value in values.items():
        client.put_secret_value(SecretId=stage.secret_name(name), SecretString=json.dumps(value))


def describe(
    stage: StageConfig,
    credentials: Credentials,
    outputs: "Outputs",
    *,
    endpoint: str,
    graph_url: str,
) -> Facts:
    api = outputs[stage.stack_name("api")]
    session = local_session()
    clients = session.client("cognito-idp", endpoint_url=endpoint)
    client = clients.describe_user_pool_client(
        UserPoolId=api["UserPoolId"], ClientId=api["ClientId"]
    )["UserPoolClient"]
    return Facts(
        webhook_url=local_url(outputs[stage.stack_name("ingress")]["WebhookUrl"], endpoint),
        api_url=local_url(api["ApiUrl"], endpoint),
        graph_url=graph_url,
        app_secret=credentials.app_secret,
        verify_token=credentials.verify_token,
        waba_id=stage.tenant.waba_id,
        phone_number_id=stage.tenant.phone_number_ids[0],
        token_url=f"{endpoint}/oauth2/token",
        client_id=client["ClientId"],
        client_secret=client["ClientSecret"],
        aws_endpoint=endpoint,
        region=session.region_name,
        outputs=outputs,
    )


def announce_templates(facts: Facts, api: ApiClient) -> None:
    """Meta tells of each template when it looks at it; without that nothing is known of any."""
    told = Meta(facts.graph_url).announce_templates()
    path = f"/v1/accounts/{facts.waba_id}/updates"
    wait_until(
        lambda: len(api.get(path).body.get("items", [])) >= told or None,
        what="What Meta tells of templates",
        hint="The logs of emulator and sandbox tell why.",
        seconds=30,
    )


def connect_webhook(facts: Facts) -> None:
    """As in Meta's app dashboard: the address is taken once it passed the handshake."""
    meta = Meta(facts.graph_url)
    wait_until(
        lambda: meta.connect(facts.webhook_url) is None or None,
        what="The handshake of the webhook",
        hint="The logs of emulator and sandbox tell why.",
        seconds=30,
    )
