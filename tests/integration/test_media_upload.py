"""A file goes from the caller through AWS (moto) to Graph, back again, and into a message."""

import base64
import json

import boto3
import pytest
from media_platform import NUMBER, PORTFOLIO, MediaPlatform, sandbox_config, sha256
from moto import mock_aws
from sealed_platform import at_rest, start_anew, without_kms

from functions.core.content.wiring import sealing
from functions.core.media.sendable import SendableMedia
from functions.core.media.store import DynamoMedia
from functions.core.runtime import clock
from functions.media_api import wiring
from functions.media_api.operations import READ, WRITE
from functions.media_api.settings import MediaApiSettings
from sandbox import Sandbox
from tests.fakes.audit import own_writer
from tests.fakes.reaper import Killed

MIB = 1024 * 1024
CANARY = b"canary of a flyer 77"
FLYER = b"%PDF-1.7\n" + CANARY + b"".join(n.to_bytes(4, "big") for n in range(2_300_000))


@pytest.fixture
def sandbox():
    with Sandbox(sandbox_config()) as running:
        yield running


@pytest.fixture
def platform(sandbox, monkeypatch):
    with mock_aws():
        platform = MediaPlatform(sandbox, monkeypatch)
        settings = MediaApiSettings(
            outbox_table="outbox",
            conversations_table="conversations",
            keys_table="keys",
            ephemeral_table="ephemeral",
            media_bucket="media",
            transit_bucket="transit",
            transit_key_arn=platform.transit_key,
            media_queue_url=platform.queue_url,
            pseudonym_secret_arn=platform.pseudonym_arn,
            portfolio_id=PORTFOLIO,
            phone_number_ids=NUMBER,
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        start_anew(wiring)
        yield platform


class Context:
    aws_request_id = "lambda-request-1"


def ask(method, path, *, body=b"", **headers):
    from functions.media_api.handler import handler

    event = {
        "resource": "/v1/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "multiValueHeaders": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "requestId": "r",
            "authorizer": {"claims": {"client_id": "client-1", "scope": f"{READ} {WRITE}"}},
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    told = handler(event, Context())
    if told.get("isBase64Encoded"):
        return told["statusCode"], base64.b64decode(told["body"])
    return told["statusCode"], json.loads(told["body"])


def begun(data=FLYER, **told):
    body = {"mime_type": "application/pdf", "bytes": len(data), "sha256": sha256(data), **told}
    status, answer = ask(
        "POST", "/v1/media", body=json.dumps(body).encode(), Idempotency_Key="flyer"
    )
    assert status == 201
    return answer


def put_parts(upload, data=FLYER):
    size = upload["part_bytes"]
    for number in range(1, upload["parts"] + 1):
        part = data[(number - 1) * size : number * size]
        path = f"/v1/media/{upload['id']}/parts/{number}"
        status, _ = ask("PUT", path, body=part, Content_Type="application/octet-stream")
        assert status == 200


def uploaded(data=FLYER, **told):
    upload = begun(data, **told)
    put_parts(upload, data)
    status, _ = ask("POST", f"/v1/media/{upload['id']}/complete")
    assert status == 202
    return upload["id"]


def downloaded(media_id):
    _, shown = ask("GET", f"/v1/media/{media_id}")
    received = b""
    while len(received) < shown["bytes"]:
        asked = {"Amana_Ticket": shown["ticket"], "Range": f"bytes={len(received)}-"}
        status, piece = ask("GET", f"/v1/media/{media_id}/content", **asked)
        assert status == 206
        received += piece
    return received


def test_a_file_reaches_graph_and_comes_back(platform, sandbox):
    media_id = uploaded()
    assert len(platform.objects("transit")) == 3
    assert platform.pump() == []

    (stored,) = sandbox._state.account.media._media.values()
    assert (stored.data, stored.mime_type) == (FLYER, "application/pdf")
    assert platform.objects("transit") == []
    assert downloaded(media_id) == FLYER
    _, shown = ask("GET", f"/v1/media/{media_id}")
    assert (shown["state"], shown["sha256"]) == ("ready", sha256(FLYER))


def test_nothing_of_it_is_in_clear_on_the_way_or_after(platform, capsys):
    media_id = uploaded(filename="canary flyer.pdf")
    on_the_way = at_rest()
    platform.pump()
    downloaded(media_id)
    _, shown = ask("GET", f"/v1/media/{media_id}")
    told = on_the_way + at_rest() + "".join(capsys.readouterr()).encode()
    assert shown["filename"] == "canary flyer.pdf"
    for canary in (b"canary", sha256(FLYER).encode(), shown["ticket"].encode()):
        assert canary not in told


def test_graph_takes_it_as_a_message(platform, sandbox):
    """The sandbox knows an uploaded id from one that was made up."""
    media_id = uploaded()
    platform.pump()
    store = DynamoMedia(
        boto3.client("dynamodb"),
        "conversations",
        sealing(keys_table="keys", audit=own_writer()),
    )
    sendable = SendableMedia(store, now_ms=clock.now_ms)
    payload = {"type": "document", "document": {"id": media_id}}
    resolved = sendable.resolved(payload, phone_number_id=NUMBER)
    assert resolved["document"]["id"] in sandbox._state.account.media._media


def test_parts_open_only_where_they_were_put(platform):
    upload = begun()
    put_parts(upload)
    one, two = (f"uploads/{upload['id']}/{number}" for number in (1, 2))
    moved = platform.s3.get_object(Bucket="transit", Key=one)["Body"].read()
    platform.s3.put_object(Bucket="transit", Key=two, Body=moved)
    ask("POST", f"/v1/media/{upload['id']}/complete")
    assert len(platform.pump()) == 1
    assert platform.objects() == []


def test_without_kms_no_part_is_stored(platform, monkeypatch):
    upload = begun()
    path = f"/v1/media/{upload['id']}/parts/1"
    part = FLYER[: upload["part_bytes"]]
    with without_kms(monkeypatch):
        status, _ = ask("PUT", path, body=part, Content_Type="application/octet-stream")
    assert status == 503
    assert platform.objects("transit") == []


@pytest.mark.parametrize(
    ("fault", "options", "state"),
    [
        ("unavailable", {}, "pending"),
        ("timeout_before_accept", {}, "pending"),
        ("timeout_after_accept", {}, "pending"),
        ("error", {"code": 190}, "pending"),
        ("error", {"code": 131053}, "failed"),
    ],
)
def test_when_graph_does_not_take_it(platform, sandbox, fault, options, state):
    sandbox.fault(fault, on="media", **options)
    media_id = uploaded()
    platform.pump()
    _, shown = ask("GET", f"/v1/media/{media_id}")
    assert shown["state"] == state
    if state == "pending":
        assert platform.pump() == []
        _, shown = ask("GET", f"/v1/media/{media_id}")
        assert shown["state"] == "ready"
        assert downloaded(media_id) == FLYER


def test_killed_after_graph_took_it_another_copy_is_given_and_remembered(
    platform, sandbox, monkeypatch
):
    from functions.media import wiring as media_wiring

    graph = media_wiring.service()._publishing._graph
    real = graph.upload

    def dying(*args, **kwargs):
        real(*args, **kwargs)
        raise Killed

    media_id = uploaded()
    monkeypatch.setattr(graph, "upload", dying)
    with pytest.raises(Killed):
        platform.pump()
    platform.start_anew()
    settling = media_wiring.service()._publishing._settling
    monkeypatch.setattr(settling, "_now_ms", lambda: platform.medium()["lease_ms"] + 1)
    platform.send(json.dumps({"upload": media_id}))
    assert platform.pump() == []
    assert platform.medium()["media_id"] in sandbox._state.account.media._media
    assert len(sandbox._state.account.media._media) == 2
    assert platform.objects("transit") == []


def test_a_ticket_is_good_for_one_download(platform):
    media_id = uploaded(b"%PDF-1.7\nshort")
    platform.pump()
    _, shown = ask("GET", f"/v1/media/{media_id}")
    path = f"/v1/media/{media_id}/content"
    status, content = ask("GET", path, Amana_Ticket=shown["ticket"])
    assert (status, content) == (200, b"%PDF-1.7\nshort")
    status, problem = ask("GET", path, Amana_Ticket=shown["ticket"])
    assert (status, problem["type"]) == (409, "urn:amana:problem:ticket-refused")


def test_who_was_given_a_ticket_stands_in_the_table(platform):
    media_id = uploaded(b"%PDF-1.7\nshort")
    platform.pump()
    ask("GET", f"/v1/media/{media_id}")
    found = boto3.client("dynamodb").query(
        TableName="conversations",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": {"S": f"MEDIA#{media_id}"}, ":sk": {"S": "ACCESS#"}},
    )["Items"]
    assert [item["client"]["S"] for item in found] == ["client-1"]
