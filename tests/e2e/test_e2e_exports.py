"""An export through the deployed workflow: complete, readable, and given once."""

import json
import secrets

import pytest

from cli.client import ApiClient
from cli.demo.messages import a_text, invented_phone
from cli.http import call, call_json


@pytest.fixture(scope="module")
def client(platform):
    return ApiClient(platform.facts, scopes=("amana/archive:export",))


def ask(platform, client, wish):
    headers = {**client.authorization, "Idempotency-Key": secrets.token_hex(8)}
    return call_json("POST", f"{platform.facts.api_url}/v1/archive/exports", wish, headers=headers)


def shown(platform, client, export_id):
    url = f"{platform.facts.api_url}/v1/archive/exports/{export_id}"
    return call("GET", url, headers=client.authorization).body


def fetched(platform, client, export_id, file):
    url = f"{platform.facts.api_url}/v1/archive/exports/{export_id}/files/{file['name']}"
    headers = {"Amana-Ticket": file["ticket"], "Accept": "application/octet-stream"}
    return call("GET", url, headers={**client.authorization, **headers})


@pytest.fixture(scope="module")
def told(platform):
    """A conversation both ways, with an image, archived."""
    phone = invented_phone()
    platform.meta.write({"from": phone, "name": "Ada Example", "text": "Is it <b>ready</b>?"})
    platform.eventually(lambda: platform.conversation_with(phone))
    answer = platform.api.send(a_text(phone, "Yes, tomorrow."), key=secrets.token_hex(8))
    platform.eventually(lambda: platform.message(answer.body["id"])["status"] == "read")
    platform.settle()
    return platform.conversation_with(phone)


@pytest.fixture(scope="module")
def done(platform, client, told):
    answer = ask(platform, client, {"conversation_id": told, "reason": "a regulator asked"})
    assert answer.status == 202, answer.text
    export_id = answer.body["id"]
    platform.eventually(
        lambda: shown(platform, client, export_id)["status"] not in ("queued", "running"),
        seconds=120,
    )
    return export_id


def test_the_export_holds_the_conversation_and_says_that_it_is_complete(
    platform, client, told, done
):
    export = shown(platform, client, done)
    assert export["status"] == "ready", export
    files = {file["name"]: file for file in export["files"]}

    page = fetched(platform, client, done, files["transcript.html"])
    assert page.status == 200
    html = page.raw.decode()
    assert "Is it &lt;b&gt;ready&lt;/b&gt;?" in html
    assert "Yes, tomorrow." in html

    data = json.loads(fetched(platform, client, done, files["export.json"]).raw)
    text = json.dumps(data)
    assert "Yes, tomorrow." in text
    assert told in text
    again = fetched(platform, client, done, files["transcript.html"])
    assert again.status == 409


def test_without_a_reason_or_for_nobody_there_is_no_export(platform, client, told):
    assert ask(platform, client, {"conversation_id": told}).status == 400
    assert ask(platform, client, {"reason": "why not"}).status == 400
    nobody = {"contact_id": "nzzzzzzzzzzzzzzzzzzzz~1", "reason": "why not"}
    assert ask(platform, client, nobody).status == 404


def test_a_client_that_may_only_read_messages_exports_nothing(platform, told):
    reader = ApiClient(platform.facts, scopes=("amana/messages:read",))
    wish = {"conversation_id": told, "reason": "curiosity"}
    assert ask(platform, reader, wish).status in (401, 403)
