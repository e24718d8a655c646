"""The media function over sockets and moto: what people send ends up sealed, or in quarantine."""

import json

import boto3
import pytest
from media_platform import PERSON, MediaPlatform, sandbox_config, sha256
from moto import mock_aws
from sealed_platform import at_rest, destroy, items, without_kms

from functions.core.content.errors import KeyDestroyedError
from functions.core.media.objects import S3Writing
from functions.media import wiring
from sandbox import Sandbox
from tests.fakes.reaper import Killed

MIB = 1024 * 1024
CANARY = b"canary of a picture 4f1c"


def png(size):
    """No two pieces of it alike, the canary in its middle."""
    counted = b"".join(n.to_bytes(4, "big") for n in range(size // 4))
    head, middle = b"\x89PNG\r\n\x1a\n" + counted, size // 2
    return (head[:middle] + CANARY + head[middle:])[:size]


PHOTO = png(300_000)


@pytest.fixture
def sandbox():
    with Sandbox(sandbox_config()) as running:
        yield running


@pytest.fixture
def platform(sandbox, monkeypatch):
    with mock_aws():
        yield MediaPlatform(sandbox, monkeypatch)


@pytest.fixture
def scanning(sandbox, monkeypatch):
    with mock_aws():
        yield MediaPlatform(sandbox, monkeypatch, scan="on")


def test_a_photo_is_fetched_and_sealed(platform):
    platform.receives(PHOTO)
    assert platform.pump() == []

    item = platform.medium()
    assert (item["state"], item["bytes"], item["sha256"]) == ("stored", 300_000, sha256(PHOTO))
    assert platform.objects() == [item["object"]]
    assert platform.content(item) == PHOTO


@pytest.mark.parametrize("size", [4 * MIB, 12 * MIB + 7])
def test_a_large_file_goes_up_in_parts(platform, size):
    platform.receives(b"%PDF-1.7\n" + bytes(size), kind="document", mime="application/pdf")
    assert platform.pump() == []
    assert platform.medium()["state"] == "stored"
    assert platform.medium()["bytes"] == size + 9
    assert platform.unfinished() == []


def test_nothing_of_it_is_in_clear_anywhere(platform, capsys):
    platform.receives(PHOTO, caption="canary caption")
    platform.receives(
        b"%PDF-1.7\n" + CANARY, kind="document", mime="application/pdf", filename="canary file.pdf"
    )
    platform.receives(b"MZ\x90\x00" + CANARY)
    platform.pump()
    media_ids = [item["media_id"] for item in platform.media()]
    told = at_rest() + "".join(capsys.readouterr()).encode()

    assert sorted(item["state"] for item in platform.media()) == ["quarantined", "stored", "stored"]
    canaries = (CANARY, b"canary", PERSON[1:].encode(), sha256(PHOTO).encode(), b"wamid")
    for canary in (*canaries, *(each.encode() for each in media_ids)):
        assert canary not in told, canary


def test_a_redelivered_webhook_fetches_nothing_again(platform, sandbox):
    platform.receives(PHOTO)
    platform.pump()
    (first,) = sandbox.webhooks()
    platform.webhook(first["raw"].encode())
    before = at_rest_of_media(platform)
    assert platform.pump() == []
    assert at_rest_of_media(platform) == before


def at_rest_of_media(platform):
    (listed,) = platform.s3.list_objects_v2(Bucket="media")["Contents"]
    return listed["ETag"], platform.media()


# --- what is not what it was said to be ----------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "options", "reason", "kept"),
    [
        ("wrong_hash", {}, "wrong_hash", False),
        ("lying_type", {}, "type_not_allowed", True),
        ("lying_type", {"mime_type": "image/jpeg"}, "lying_type", True),
        ("over_limit", {"bytes": 6 * MIB}, "wrong_hash", False),  # the webhook told of another
        ("over_limit", {"bytes": 101 * MIB}, "over_limit", False),
        ("foreign_host", {}, "foreign_host", False),
        ("foreign_host", {"url": "http://127.0.0.1:9/"}, "foreign_host", False),
    ],
)
def test_what_meta_serves_wrongly_is_quarantined(platform, sandbox, fault, options, reason, kept):
    sandbox.fault(fault, **options)
    platform.receives(PHOTO)
    assert platform.pump() == []

    item = platform.medium()
    assert item["state"] == "quarantined"
    assert item["reason"] == reason
    assert bool(platform.objects()) is kept
    assert all(name.startswith("quarantine/") for name in platform.objects())
    assert platform.unfinished() == []


def test_an_image_over_the_limit_of_images_is_kept_apart(platform):
    platform.receives(png(5 * MIB + 1))
    platform.pump()
    assert platform.medium()["reason"] == "over_limit"
    (name,) = platform.objects()
    assert name.startswith("quarantine/")


# --- what cannot be had now, or ever -------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "options", "reason"),
    [
        ("truncated", {"bytes": 100_000}, "cut_off"),
        ("unavailable", {"on": "media_fields"}, "graph_unavailable"),
        ("unavailable", {"on": "download"}, "graph_unavailable"),
        ("error", {"on": "media_fields", "code": 131016}, "graph_unavailable"),
        ("error", {"on": "media_fields", "code": 80007}, "graph_unavailable"),
        ("error", {"on": "media_fields", "code": 190}, "channel_stopped"),
        ("timeout_before_accept", {"on": "media_fields"}, "graph_unavailable"),
        ("timeout_before_accept", {"on": "download"}, "graph_unavailable"),
    ],
)
def test_what_passes_is_tried_again(platform, sandbox, fault, options, reason):
    sandbox.fault(fault, **options)
    platform.receives(PHOTO)

    assert len(platform.pump()) == 1
    assert (platform.medium()["state"], platform.medium()["reason"]) == ("pending", reason)
    assert platform.objects() == platform.unfinished() == []

    assert platform.pump() == []
    assert (platform.medium()["state"], platform.medium()["attempts"]) == ("stored", 2)
    assert platform.content(platform.medium()) == PHOTO


def test_a_url_that_expired_in_between_is_asked_for_again(platform, sandbox, monkeypatch):
    graph = wiring.service()._fetching._graph
    real, asked = graph.describe, []

    def dawdling(media_id):
        described = real(media_id)
        asked.append(media_id)
        sandbox.advance(301 if len(asked) == 1 else 0)
        return described

    monkeypatch.setattr(graph, "describe", dawdling)
    platform.receives(PHOTO)
    assert platform.pump() == []
    assert len(asked) == 2
    assert platform.medium()["state"] == "stored"


def test_a_token_that_was_replaced_is_used_at_the_next_try(platform):
    secrets = boto3.client("secretsmanager")
    secrets.put_secret_value(SecretId="access", SecretString='{"access_token": "expired"}')
    platform.receives(PHOTO)
    assert len(platform.pump()) == 1
    assert platform.medium()["reason"] == "channel_stopped"

    secrets.put_secret_value(SecretId="access", SecretString='{"access_token": "good token"}')
    assert platform.pump() == []
    assert platform.medium()["state"] == "stored"


def test_what_meta_no_longer_has_leaves_a_placeholder(platform, sandbox):
    sandbox.fault("gone", times=9)
    platform.receives(PHOTO)
    assert platform.pump(rounds=3) == []
    assert (platform.medium()["state"], platform.medium()["attempts"]) == ("gone", 2)


def test_a_weak_token_is_not_taken_for_a_medium_that_is_gone(platform, sandbox, capsys):
    """Both get the same words from Graph, also for the number."""
    platform.receives(PHOTO)
    sandbox.fault("gone", times=9)
    graph = wiring.service()._fetching._graph
    graph_sees, graph.sees = graph.sees, lambda _number: False
    assert len(platform.pump(rounds=4)) == 1
    assert platform.medium()["state"] == "pending"
    assert '"ChannelStopped":1' in capsys.readouterr().out
    sandbox.control.clear_faults()
    graph.sees = graph_sees
    assert platform.pump() == []
    assert platform.medium()["state"] == "stored"


def test_the_pause_is_told_to_the_queue(platform, sandbox, monkeypatch):
    told = []
    monkeypatch.setattr(wiring.queue(), "postpone", lambda _handle, pause: told.append(pause))
    sandbox.fault("unavailable", on="media_fields", times=9)
    platform.receives(PHOTO)
    platform.pump(rounds=6)
    sandbox.control.clear_faults()
    sandbox.fault("error", on="media_fields", code=190)
    platform.pump()
    assert told == [10, 60, 300, 900, 3600, 3600, 3600]


def test_without_kms_nothing_is_stored_in_clear_and_the_work_waits(platform, monkeypatch):
    platform.receives(PHOTO)
    platform.start_anew()
    with without_kms(monkeypatch):
        assert len(platform.pump()) == 1
    assert platform.objects() == []
    platform.start_anew()
    assert platform.pump() == []
    assert platform.content(platform.medium()) == PHOTO


def test_what_the_table_refuses_waits(platform, monkeypatch):
    platform.receives(PHOTO)
    store = wiring.service()._fetching._settling._store
    monkeypatch.setattr(store._records._client, "update_item", refusing("ThrottlingException"))
    assert len(platform.pump()) == 1
    monkeypatch.undo()
    assert platform.objects() == []


def refusing(code):
    from botocore.exceptions import ClientError

    def refuse(**_request):
        raise ClientError({"Error": {"Code": code, "Message": "canary"}}, "any")

    return refuse


def test_a_person_whose_key_was_destroyed_is_not_fetched_for(platform):
    platform.receives(PHOTO)
    destroy(key_of_the_person())
    platform.start_anew()
    assert platform.pump() == []
    assert platform.media() == []


def test_a_stored_medium_goes_with_the_persons_key(platform):
    platform.receives(PHOTO)
    platform.pump()
    item = platform.medium()
    destroy(item["key"])
    platform.start_anew()
    with pytest.raises(KeyDestroyedError):
        platform.content(item)
    assert platform.medium()["destroyed_ms"]
    assert "media_id" not in platform.medium()


def key_of_the_person():
    (message,) = items(prefix="MESSAGE#")
    (fact,) = message["facts"]["M"].values()
    return fact["M"]["key"]["S"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"upload": "f_short"}',
        '{"message_id": "wamid.x", "sk": "MESSAGE", "fact_id": "a"}',
        '{"message_id": "w_aaaaaaaaaaaaaaaaaaaaaaaaaa", "sk": "NODE", "fact_id": "a"}',
    ],
)
def test_a_message_that_is_none_of_ours_ends_in_the_dead_letter_queue(platform, body, capsys):
    message = {"MessageId": "q", "ReceiptHandle": "r", "Body": body}
    failed = platform.invoke({**message, "Attributes": {"ApproximateReceiveCount": "1"}})
    assert failed == [{"itemIdentifier": "q"}]
    assert '"error":"MalformedMessageError"' in capsys.readouterr().out


def test_the_log_of_a_run_says_states_and_reasons(platform, capsys):
    platform.receives(PHOTO)
    platform.pump()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (settled,) = [line for line in lines if line.get("message") == "medium settled"]
    assert settled["state"] == "stored"
    assert [line["state"] for line in lines if line.get("MediaSettled")] == ["stored"]


# --- dying ---------------------------------------------------------------------------------------

POINTS = [
    (S3Writing, "_send", 1),
    (S3Writing, "_send", 2),
    (S3Writing, "_finish", 1),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("part", "method", "call"), POINTS)
def test_killed_while_storing_one_object_is_referenced(
    platform, monkeypatch, part, method, call, when
):
    """A process that dies aborts nothing: what it began is the lifecycle's to sweep."""
    real, calls = getattr(part, method), []

    def dying(self, data):
        calls.append(data)
        if len(calls) == call and when == "before":
            raise Killed
        real(self, data)
        if len(calls) == call:
            raise Killed

    document = b"%PDF-1.7\n" + bytes(13 * MIB)
    platform.receives(document, kind="document", mime="application/pdf")
    with monkeypatch.context() as dead:
        dead.setattr(part, method, dying)
        dead.setattr(S3Writing, "_abort", lambda *_: None)
        with pytest.raises(Killed):
            platform.pump()
    assert platform.medium()["state"] == "pending"

    platform.start_anew()
    lease_is_over(platform, monkeypatch)
    redeliver(platform)
    assert platform.pump() == []
    item = platform.medium()
    assert item["state"] == "stored"
    assert platform.objects() == [item["object"]]
    assert platform.content(item) == document


def lease_is_over(platform, monkeypatch):
    service = wiring.service()
    settling = service._fetching._settling
    monkeypatch.setattr(settling, "_now_ms", lambda: platform.medium()["lease_ms"] + 1)


def redeliver(platform):
    """The visibility time-out of what the dead process had received."""
    fact = platform.medium()
    told = {"message_id": fact["message_id"], "sk": "MESSAGE", "fact_id": fact["fact_id"]}
    platform.send(json.dumps(told))


# --- malware -------------------------------------------------------------------------------------


def verdict(item, status, bucket="scan"):
    media_id = item["pk"].removeprefix("MEDIA#")
    return json.dumps(
        {
            "source": "aws.guardduty",
            "detail-type": "GuardDuty Malware Protection Object Scan Result",
            "detail": {
                "schemaVersion": "1.0",
                "scanStatus": "COMPLETED",
                "resourceType": "S3_OBJECT",
                "s3ObjectDetails": {"bucketName": bucket, "objectKey": media_id, "eTag": "x"},
                "scanResultDetails": {"scanResultStatus": status, "threats": None},
            },
        }
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [("NO_THREATS_FOUND", "stored"), ("THREATS_FOUND", "quarantined"), ("FAILED", "quarantined")],
)
def test_the_verdict_decides(scanning, status, state):
    scanning.receives(PHOTO)
    assert len(scanning.pump()) == 1
    item = scanning.medium()
    assert item["state"] == "scanning"
    (copy,) = scanning.objects("scan")
    assert scanning.s3.get_object(Bucket="scan", Key=copy)["Body"].read() == PHOTO

    scanning.send(verdict(item, status))
    scanning.send(verdict(item, "NO_THREATS_FOUND", bucket="another"))
    assert scanning.pump(rounds=3) == []
    assert scanning.medium()["state"] == state
    assert scanning.objects("scan") == []


def test_a_large_copy_is_as_large(scanning):
    document = b"%PDF-1.7\n" + bytes(13 * MIB)
    scanning.receives(document, kind="document", mime="application/pdf")
    scanning.pump()
    (copy,) = scanning.objects("scan")
    assert scanning.s3.get_object(Bucket="scan", Key=copy)["Body"].read() == document
