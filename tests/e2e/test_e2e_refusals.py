"""Bad input gets the answer it was promised, from the deployed API and webhook."""

import dataclasses
import json
import secrets
import time

import pytest
from e2e_platform import webhook_text

from cli.client import ApiClient, compact, post_webhook, sign
from cli.demo.messages import a_text, invented_phone
from cli.http import call, call_json


@pytest.fixture
def phone():
    return invented_phone()


@pytest.fixture
def canary():
    """A text that nothing else contains."""
    return secrets.token_hex(8)


@pytest.mark.parametrize(
    "signature",
    ["", "sha256=", "sha256=nonsense", "sha1=" + "0" * 40, "sha256=" + "0" * 64],
    ids=["missing", "empty", "no hex", "wrong kind", "wrong"],
)
def test_a_webhook_that_meta_did_not_sign_gets_401_and_is_not_stored(
    platform, phone, canary, signature
):
    body = compact(webhook_text(phone, canary))
    headers = {"X-Hub-Signature-256": signature} if signature else {}

    answer = call("POST", platform.facts.webhook_url, body=body, headers=headers)

    assert answer.status == 401
    platform.settle()
    assert platform.conversation_with(phone) is None
    assert canary not in platform.workspace.log("emulator").read_text()


def test_a_body_changed_after_it_was_signed_gets_401(platform, phone):
    body = compact(webhook_text(phone, "changed"))
    signature = sign(body, platform.facts.app_secret)

    assert post_webhook(platform.facts, body + b" ", signature=signature).status == 401


def test_a_signed_body_that_is_no_json_is_kept_as_unknown(platform, canary):
    assert platform.post(f"this is no JSON {canary}".encode()).status == 200

    platform.eventually(lambda: canary in json.dumps(platform.account_updates("unknown")))


def test_strange_parts_are_kept_and_their_neighbours_unharmed(platform, phone, canary):
    payload = webhook_text(phone, canary)
    value = payload["entry"][0]["changes"][0]["value"]
    value["messages"] += [None, {"id": f"wamid.odd{canary}", "type": "hologram", "hologram": {}}]
    value |= {"statuses": [], "errors": None, "auguries": [{"bird": f"ibis{canary}"}]}
    payload["entry"] += [{"id": "100000000000002", "changes": [{"field": "portents", "value": 7}]}]

    assert platform.post(compact(payload)).status == 200

    platform.settle()
    assert platform.conversation_with(phone)
    assert f"ibis{canary}" in json.dumps(platform.account_updates("100000000000002"))


def test_three_megabytes_in_one_webhook_are_stored(platform, phone, canary):
    payload = webhook_text(phone, canary)
    messages = payload["entry"][0]["changes"][0]["value"]["messages"]
    messages += [
        {**messages[0], "id": f"wamid.{canary}.{n}", "text": {"body": "x" * 4096}}
        for n in range(700)
    ]
    body = compact(payload)
    assert len(body) > 2_900_000

    assert platform.post(body).status == 200

    platform.settle()
    conversation = platform.conversation_with(phone)
    stored = {each["wamid"] for each in platform.messages(conversation)}
    assert {each["id"] for each in messages} <= stored


def test_the_handshake_with_a_wrong_token_is_refused(platform):
    query = "hub.mode=subscribe&hub.verify_token=guessed&hub.challenge=42"

    assert call("GET", f"{platform.facts.webhook_url}?{query}").status == 403


TEXT = {"type": "text", "text": {"body": "hello"}}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"to": "0151 23", **TEXT}, "to"),
        ({"to": "+4915123456789", "type": "text"}, "text"),
        ({"to": "+4915123456789", **TEXT, "colour": "red"}, "colour"),
        ({"to": "+4915123456789", "type": "telepathy"}, "type"),
        (TEXT, "to"),
        ({"contact_id": "nobody-we-know", **TEXT}, "contact_id"),
    ],
    ids=["bad number", "no content", "unknown field", "unknown type", "to nobody", "a stranger"],
)
def test_a_message_that_cannot_be_sent_gets_400_with_its_field_and_reason(platform, message, field):
    answer = platform.api.send(message, key=secrets.token_hex(8))

    assert answer.status == 400
    assert answer.body["title"]
    assert field in json.dumps(answer.body)


def test_a_body_that_is_no_json_gets_400(platform):
    headers = {**platform.api.authorization, "Idempotency-Key": secrets.token_hex(8)}

    answer = call("POST", f"{platform.facts.api_url}/v1/messages", body=b"{", headers=headers)

    assert answer.status == 400


def test_a_send_without_an_idempotency_key_gets_400(platform):
    url = f"{platform.facts.api_url}/v1/messages"
    message = a_text(invented_phone(), "hello")

    assert call_json("POST", url, message, headers=platform.api.authorization).status == 400


@pytest.mark.parametrize("path", ["/v1/messages/m_unknown", "/v1/conversations/1.x/messages"])
def test_what_does_not_exist_gets_404(platform, path):
    assert platform.api.get(path).status == 404


def test_a_made_up_cursor_gets_400(platform):
    assert platform.api.get("/v1/conversations?cursor=made-up").status == 400


@pytest.mark.parametrize("token", [None, "nonsense", "tampered"])
def test_a_call_without_a_good_token_gets_401(platform, token):
    header, payload, signature = platform.api.token.split(".")
    tampered = f"{header}.{payload}.{signature[::-1]}"
    headers = {"Authorization": f"Bearer {tampered if token == 'tampered' else token}"}

    answer = call(
        "GET", f"{platform.facts.api_url}/v1/conversations", headers=headers if token else {}
    )

    assert answer.status == 401


@pytest.fixture
def short_lived(platform):
    """A client like the deployed one, but for its tokens, which last a second."""
    cognito = platform.client("cognito-idp")
    outputs = platform.facts.outputs["amana-local-api"]
    pool = outputs["UserPoolId"]
    created = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="short-lived",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["amana/messages:read", "amana/messages:send"],
        AccessTokenValidity=1,
        TokenValidityUnits={"AccessToken": "seconds"},
    )["UserPoolClient"]
    yield dataclasses.replace(
        platform.facts, client_id=created["ClientId"], client_secret=created["ClientSecret"]
    )
    cognito.delete_user_pool_client(UserPoolId=pool, ClientId=created["ClientId"])


def test_an_expired_token_gets_401(platform, short_lived):
    client = ApiClient(short_lived)
    time.sleep(2)

    assert client.get("/v1/conversations").status == 401


def test_a_token_that_may_only_read_may_not_send(platform):
    assert platform.send_with_read_scope(a_text(invented_phone(), "hello")).status in {401, 403}


def test_the_same_key_with_another_body_gets_409(platform):
    phone, key = invented_phone(), secrets.token_hex(8)
    assert platform.api.send(a_text(phone, "one"), key=key).status == 202

    assert platform.api.send(a_text(phone, "two"), key=key).status == 409


def test_a_free_form_message_outside_the_window_is_refused_and_told_to_use_a_template(platform):
    answer = platform.api.send(a_text(invented_phone(), "hello"), key=secrets.token_hex(8))
    assert answer.status == 202

    platform.eventually(lambda: platform.message(answer.body["id"])["status"] == "refused")

    (reason,) = platform.message(answer.body["id"])["reasons"]
    assert "template" in reason["detail"]


def test_the_description_of_the_api_is_open_to_all(platform):
    answer = call("GET", f"{platform.facts.api_url}/v1/openapi.json")

    assert answer.status == 200
    assert "/v1/messages" in answer.body["paths"]
