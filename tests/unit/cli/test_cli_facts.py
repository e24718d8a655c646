"""`.amana/local.json`, on which tools outside the repository rely."""

import dataclasses
import json
import stat

import pytest

from cli.errors import CliError
from cli.local import facts
from cli.local.facts import Facts, local_url
from cli.workspace import Workspace

FACTS = Facts(
    webhook_url="http://127.0.0.1:1/webhook",
    api_url="http://127.0.0.1:1",
    graph_url="http://127.0.0.1:2",
    app_secret="app-secret",
    verify_token="verify-token",
    waba_id="100",
    phone_number_id="200",
    token_url="http://127.0.0.1:1/oauth2/token",
    client_id="client",
    client_secret="client-secret",
    aws_endpoint="http://127.0.0.1:1",
    region="eu-central-1",
    outputs={"amana-local-api": {"ApiUrl": "https://x"}},
)


def test_the_file_has_exactly_the_promised_fields(tmp_path):
    workspace = Workspace(state=tmp_path)

    facts.write(workspace, FACTS)

    assert list(json.loads(workspace.local_json.read_text())) == [
        "webhook_url",
        "api_url",
        "graph_url",
        "app_secret",
        "verify_token",
        "waba_id",
        "phone_number_id",
        "token_url",
        "client_id",
        "client_secret",
        "aws_endpoint",
        "region",
        "outputs",
    ]


def test_what_was_written_is_read_again(tmp_path):
    workspace = Workspace(state=tmp_path)
    facts.write(workspace, FACTS)

    assert facts.read(workspace) == FACTS


def test_the_file_holds_secrets_and_is_for_its_owner_only(tmp_path):
    workspace = Workspace(state=tmp_path)
    facts.write(workspace, dataclasses.replace(FACTS, client_secret="other"))

    assert stat.S_IMODE(workspace.local_json.stat().st_mode) == 0o600


def test_without_a_platform_the_error_says_how_to_start_one(tmp_path):
    with pytest.raises(CliError, match="amana up"):
        facts.read(Workspace(state=tmp_path))


@pytest.mark.parametrize(
    ("aws", "local"),
    [
        (
            "https://ab12.execute-api.eu-central-1.amazonaws.com/live/webhook",
            "http://127.0.0.1:9/restapis/ab12/live/_user_request_/webhook",
        ),
        (
            "https://ab12.execute-api.eu-central-1.amazonaws.com/live/",
            "http://127.0.0.1:9/restapis/ab12/live/_user_request_",
        ),
    ],
)
def test_an_address_on_aws_becomes_the_one_of_the_emulator(aws, local):
    assert local_url(aws, "http://127.0.0.1:9") == local


def test_an_address_that_is_no_rest_api_is_an_error():
    with pytest.raises(CliError, match="no address of a REST API"):
        local_url("https://example.com/", "http://127.0.0.1:9")
