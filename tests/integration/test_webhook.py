"""The webhook function against SQS, S3, KMS and Secrets Manager (moto)."""

import base64
import hashlib
import hmac
import itertools
import json
import random
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from functions.core.content.transit import TransitOpener
from functions.core.runtime import aws
from functions.core.whatsapp.transit import unpack
from functions.webhook import wiring
from functions.webhook.handler import handler
from functions.webhook.settings import WebhookSettings
from tests.fakes import tables

COUNTER = itertools.count()
REGION = "eu-central-1"
CONTEXT = SimpleNamespace(aws_request_id="request-1")
SECRET, PREVIOUS, TOKEN = "app-secret", "previous-app-secret", "verify-token"
CANARIES = ["Canary Person", "15550100042", "canary content", SECRET, PREVIOUS, TOKEN]
BODY = json.dumps(
    {
        "object": "whatsapp_business_account",
        "entry": [{"from": "15550100042", "name": "Canary Person", "body": "canary content"}],
    }
).encode()
NOISE = random.Random(1)  # noqa: S311 - what cannot be compressed
LARGE = BODY + NOISE.randbytes(250_000)
THREE_MB = BODY + NOISE.randbytes(3 * 1024 * 1024)


@pytest.fixture(scope="module")
def account():
    """One simulated account for all tests of this file: creating clients is what takes time."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        aws.forget()
        aws.dynamodb().create_table(TableName="outbox", **tables.outbox_schema())
        yield aws.kms().create_key()["KeyMetadata"]["Arn"]
    aws.forget()


@pytest.fixture
def platform(account, monkeypatch):
    """A queue, a bucket and a secret of the test's own."""
    name = f"test-{next(COUNTER)}"
    region = {"LocationConstraint": REGION}
    aws.s3().create_bucket(Bucket=name, CreateBucketConfiguration=region)
    stored = {"app_secret": SECRET, "previous_app_secret": PREVIOUS, "verify_token": TOKEN}
    secret = aws.secrets().create_secret(Name=name, SecretString=json.dumps(stored))
    settings = WebhookSettings(
        outbox_table="outbox",
        inbound_queue_url=aws.sqs().create_queue(QueueName=name)["QueueUrl"],
        transit_bucket=name,
        meta_secret_arn=secret["ARN"],
        transit_key_arn=account,
        claim_check_bytes=200_000,
    )
    for variable, value in settings.environment().items():
        monkeypatch.setenv(variable, value)
    start_anew()
    return settings


def start_anew():
    """A new execution environment."""
    for cached in (wiring.settings, wiring.gatekeeper, wiring.sealer, wiring.inbox):
        cached.cache_clear()


def post(body, *, secret=SECRET, header="X-Hub-Signature-256", encode=True, signature=None):
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "httpMethod": "POST",
        "headers": {header: signature or f"sha256={digest}"},
        "body": base64.b64encode(body).decode() if encode else body.decode(),
        "isBase64Encoded": encode,
    }


def get(**query):
    asked = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444"}
    return {"httpMethod": "GET", "queryStringParameters": asked | query}


def answer(event):
    return handler(event, CONTEXT)


def messages(settings):
    received = aws.sqs().receive_message(
        QueueUrl=settings.inbound_queue_url,
        MaxNumberOfMessages=10,
        MessageAttributeNames=["All"],
    )
    return received.get("Messages", [])


def queued(settings):
    """Bodies in the queue, opened as the next function does."""
    opener = TransitOpener(aws.kms())
    return [
        unpack(_as_lambda_sees(message), opener=opener, s3=aws.s3())
        for message in messages(settings)
    ]


def _as_lambda_sees(message):
    attributes = message["MessageAttributes"]
    seen = {name: {"stringValue": each["StringValue"]} for name, each in attributes.items()}
    return {"body": message["Body"], "messageAttributes": seen}


def objects(settings):
    listed = aws.s3().list_objects_v2(Bucket=settings.transit_bucket).get("Contents", [])
    return {each["Key"]: _content(settings, each["Key"]) for each in listed}


def _content(settings, key):
    return aws.s3().get_object(Bucket=settings.transit_bucket, Key=key)["Body"].read()


def fail_with(monkeypatch, client, operation):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "x"}}, operation)

    monkeypatch.setattr(client, operation, refuse)


def test_the_handshake_echoes_the_challenge_as_plain_text(platform):
    given = answer(get())

    assert (given["statusCode"], given["body"]) == (200, "1158201444")
    assert given["headers"]["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    "query",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": None},
        {"hub.mode": "other"},
        {"hub.challenge": "<b>"},
    ],
)
def test_any_other_handshake_gets_403_and_no_echo(platform, query):
    given = answer(get(**query))

    assert (given["statusCode"], given["body"]) == (403, "")


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
@pytest.mark.parametrize("encode", [True, False])
@pytest.mark.parametrize("header", ["X-Hub-Signature-256", "x-hub-signature-256"])
def test_a_signed_body_is_queued_byte_for_byte(platform, secret, encode, header):
    given = answer(post(BODY, secret=secret, encode=encode, header=header))

    assert given["statusCode"] == 200
    assert queued(platform) == [BODY]
    assert objects(platform) == {}


@pytest.mark.parametrize("body", [b"", b"not json", b"\xff\x00\xfe", "\u00e9\U0001f98a".encode()])
def test_any_signed_bytes_are_taken(platform, body):
    assert answer(post(body))["statusCode"] == 200
    assert queued(platform) == [body]


@pytest.mark.parametrize("body", [LARGE, THREE_MB], ids=["over 200 KB", "3 MB"])
def test_a_large_body_travels_through_the_bucket(platform, body):
    assert answer(post(body))["statusCode"] == 200
    assert queued(platform) == [body]
    assert len(objects(platform)) == 1


def test_a_redelivered_large_body_can_be_read_both_times(platform):
    answer(post(LARGE))
    answer(post(LARGE))

    assert queued(platform) == [LARGE, LARGE]


def test_an_environment_asks_kms_once_for_all_its_bodies(platform, monkeypatch):
    asked, real = [], aws.kms().generate_data_key
    monkeypatch.setattr(
        aws.kms(), "generate_data_key", lambda **request: asked.append(request) or real(**request)
    )
    for _ in range(20):
        answer(post(BODY))

    assert [request["KeyId"] for request in asked] == [platform.transit_key_arn]


@pytest.mark.parametrize("body", [BODY, LARGE], ids=["small", "large"])
def test_without_kms_nothing_is_stored_and_meta_is_asked_to_deliver_again(
    platform, monkeypatch, body
):
    with monkeypatch.context() as broken:
        fail_with(broken, aws.kms(), "generate_data_key")
        assert answer(post(body))["statusCode"] == 503

    assert messages(platform) == []
    assert objects(platform) == {}
    assert answer(post(body))["statusCode"] == 200
    assert queued(platform) == [body]


@pytest.mark.parametrize("signature", ["sha256=", "sha1=00", "sha256=" + "0" * 64, "x"])
def test_a_wrong_or_malformed_signature_gets_401_and_enqueues_nothing(platform, capsys, signature):
    given = answer(post(BODY, signature=signature))

    assert given["statusCode"] == 401
    assert queued(platform) == []
    assert '"SignatureFailures":1' in capsys.readouterr().out


def test_a_missing_signature_gets_401_and_enqueues_nothing(platform, capsys):
    given = answer(post(BODY, header="Other"))

    assert given["statusCode"] == 401
    assert queued(platform) == []
    assert '"SignatureFailures":1' in capsys.readouterr().out


def test_broken_base64_gets_401(platform):
    assert answer(post(BODY) | {"body": "%"})["statusCode"] == 401


@pytest.mark.parametrize("body", [BODY, LARGE], ids=["small", "large"])
def test_when_the_queue_refuses_meta_is_asked_to_deliver_again(platform, monkeypatch, body):
    fail_with(monkeypatch, aws.sqs(), "send_message")

    assert answer(post(body))["statusCode"] == 503


def test_when_the_bucket_refuses_nothing_is_enqueued(platform, monkeypatch):
    fail_with(monkeypatch, aws.s3(), "put_object")

    assert answer(post(LARGE))["statusCode"] == 503
    assert queued(platform) == []


def test_a_redelivery_after_a_failure_succeeds(platform, monkeypatch):
    with monkeypatch.context() as broken:
        fail_with(broken, aws.sqs(), "send_message")
        answer(post(LARGE))

    assert answer(post(LARGE))["statusCode"] == 200
    assert queued(platform) == [LARGE]


def test_when_the_secret_cannot_be_read_meta_is_asked_to_deliver_again(platform, monkeypatch):
    fail_with(monkeypatch, aws.secrets(), "get_secret_value")

    assert answer(post(BODY))["statusCode"] == 503
    assert answer(get())["statusCode"] == 503


@pytest.mark.parametrize("text", ["not json", "[]", '{"verify_token": ""}'])
def test_a_secret_not_filled_in_lets_nobody_in(platform, text):
    aws.secrets().put_secret_value(SecretId=platform.meta_secret_arn, SecretString=text)

    assert answer(post(BODY))["statusCode"] in (401, 503)
    assert answer(get())["statusCode"] in (403, 503)
    assert queued(platform) == []


def test_no_log_line_carries_content_names_numbers_or_secrets(platform, monkeypatch, capsys):
    answer(get())
    answer(get(**{"hub.verify_token": "wrong"}))
    answer(post(BODY))
    answer(post(LARGE))
    answer(post(BODY, signature="sha256=" + "0" * 64))
    with monkeypatch.context() as broken:
        fail_with(broken, aws.sqs(), "send_message")
        answer(post(BODY))
    with monkeypatch.context() as broken:
        fail_with(broken, aws.s3(), "put_object")
        answer(post(LARGE))
    start_anew()
    with monkeypatch.context() as broken:
        fail_with(broken, aws.kms(), "generate_data_key")
        answer(post(BODY))

    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert {line.get("request_id", "request-1") for line in lines} == {"request-1"}
    assert sum("WebhooksNotTaken" in line for line in lines) == 3
    assert [c for c in CANARIES if c in printed.out or c in printed.err] == []


def test_whoever_looks_into_the_queue_or_the_bucket_reads_nothing(platform):
    answer(post(BODY))
    answer(post(LARGE))

    small, large = messages(platform)
    ((key, content),) = objects(platform).items()
    seen = json.dumps([small, large]).encode() + base64.b64decode(small["Body"]) + content
    assert [canary for canary in CANARIES if canary.encode() in seen] == []
    assert set(small["MessageAttributes"]) == set(large["MessageAttributes"]) == {"encoding"}
    pointer = {"bucket": platform.transit_bucket, "key": key, "bytes": len(content)}
    assert json.loads(large["Body"]) == pointer
    assert key == f"webhooks/{hashlib.sha256(content).hexdigest()}"
