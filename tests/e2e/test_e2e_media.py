"""Media through the deployed stacks: fetched, checked, sealed, given once; uploaded and sent."""

import base64
import hashlib
import secrets

import pytest

from cli.client import ApiClient
from cli.demo.messages import invented_phone
from cli.http import call, call_json
from sandbox.graph.media_samples import sample

SCOPES = ("amana/messages:send", "amana/messages:read", "amana/media:read", "amana/media:write")
CANARY = b"canary Quetzalcoatl in a file"


@pytest.fixture(scope="module")
def client(platform):
    return ApiClient(platform.facts, scopes=SCOPES)


def ask(platform, client, method, path, *, headers=None, body=None):
    told = {**client.authorization, **(headers or {})}
    return call(method, platform.facts.api_url + path, headers=told, body=body)


def received(platform, **message):
    """The medium of a message that somebody sends, once it is settled."""
    phone = invented_phone()
    platform.meta.write({"from": phone, **message})
    platform.eventually(lambda: platform.conversation_with(phone))
    (shown,) = platform.messages(platform.conversation_with(phone))
    (medium,) = shown["media"]
    return medium["id"]


def settled(platform, client, media_id, state):
    def told():
        answer = ask(platform, client, "GET", f"/v1/media/{media_id}")
        return answer.body if answer.status == 200 and answer.body["state"] == state else None

    platform.eventually(told)
    return told()


def content(platform, client, media_id, ticket, **headers):
    told = {"Amana-Ticket": ticket, "Accept": "application/octet-stream", **headers}
    return ask(platform, client, "GET", f"/v1/media/{media_id}/content", headers=told)


def test_what_a_person_sends_can_be_had_once(platform, client):
    pdf = sample("application/pdf") + CANARY
    media_id = received(
        platform,
        type="document",
        document={"filename": "report.pdf", "data_base64": base64.b64encode(pdf).decode()},
    )
    shown = settled(platform, client, media_id, "stored")
    assert shown["bytes"] == len(pdf)
    assert shown["sha256"] in (
        hashlib.sha256(pdf).hexdigest(),
        base64.b64encode(hashlib.sha256(pdf).digest()).decode(),
    )

    given = content(platform, client, media_id, shown["ticket"])
    assert given.status == 200
    assert given.raw == pdf
    again = content(platform, client, media_id, shown["ticket"])
    assert again.status == 409


def test_nobody_without_the_scope_gets_anything(platform, client):
    media_id = received(platform, type="image", image={"caption": "hello"})
    shown = settled(platform, client, media_id, "stored")
    other = ApiClient(platform.facts, scopes=("amana/messages:read",))
    assert ask(platform, other, "GET", f"/v1/media/{media_id}").status in (401, 403)
    assert content(platform, other, media_id, shown["ticket"]).status in (401, 403)


def test_what_lies_about_its_type_is_never_given(platform, client):
    lie = base64.b64encode(b"MZ\x90\x00 this is a program" * 10).decode()
    media_id = received(platform, type="image", image={"data_base64": lie})
    shown = settled(platform, client, media_id, "quarantined")
    assert shown["reason"] in ("lying_type", "type_not_allowed")
    assert shown["ticket"] is None


def test_a_file_is_uploaded_in_parts_and_sent(platform, client):
    image = sample("image/jpeg")
    wish = {
        "mime_type": "image/jpeg",
        "bytes": len(image),
        "sha256": hashlib.sha256(image).hexdigest(),
    }
    headers = {**client.authorization, "Idempotency-Key": secrets.token_hex(8)}
    begun = call_json("POST", f"{platform.facts.api_url}/v1/media", wish, headers=headers)
    assert begun.status == 201, begun.text
    media_id = begun.body["id"]
    put = ask(
        platform, client, "PUT", f"/v1/media/{media_id}/parts/1",
        headers={"Content-Type": "application/octet-stream"}, body=image,
    )  # fmt: skip
    assert put.status == 200, put.text
    assert ask(platform, client, "POST", f"/v1/media/{media_id}/complete", body=b"").status == 202
    settled(platform, client, media_id, "ready")

    phone = invented_phone()
    platform.meta.write({"from": phone, "text": "send me the picture"})
    platform.eventually(lambda: platform.conversation_with(phone))
    message = {"to": f"+{phone}", "type": "image", "image": {"id": media_id, "caption": "here"}}
    answer = client.send(message, key=secrets.token_hex(8))
    assert answer.status == 202, answer.text
    platform.eventually(lambda: platform.message(answer.body["id"])["status"] == "read")
    (sent,) = [each for each in platform.meta.accepted() if each["to"] == phone]
    assert sent["payload"]["image"]["id"].isdigit()
