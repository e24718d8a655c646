"""The demo tenant: secrets filled in, webhook registered, the way README tells an operator to."""

import json
import secrets
from typing import TYPE_CHECKING

from cli.errors import CliError
from cli.http import Answer, call, call_json
from cli.local.aws import local_session
from cli.local.facts import Facts, local_url
from cli.local.sandbox import Credentials
from cli.waiting import wait_until
from infra.config import StageConfig

if TYPE_CHECKING:
    from cli.local.deploy import Outputs

_OK = 200


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


def connect_webhook(facts: Facts) -> None:
    """Meta's handshake, then the sandbox learns where to post."""
    challenge = str(secrets.randbelow(10**10))
    query = f"hub.mode=subscribe&hub.verify_token={facts.verify_token}&hub.challenge={challenge}"

    def echoed() -> Answer | None:
        answer = call("GET", f"{facts.webhook_url}?{query}")
        return answer if (answer.status, answer.text) == (_OK, challenge) else None

    wait_until(
        echoed,
        what="The handshake of the webhook",
        hint="The emulator's log tells why.",
        seconds=30,
    )
    answer = call_json("POST", f"{facts.graph_url}/sandbox/webhook", {"url": facts.webhook_url})
    if answer.status != _OK:
        raise CliError(f"The sandbox refused the webhook's address: {answer.text}")
