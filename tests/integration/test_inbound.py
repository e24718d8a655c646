"""The inbound handler over moto: queue records in, table items out."""

import base64
import hashlib
import json

import boto3
import pytest
from moto import mock_aws

from functions.inbound import wiring
from functions.inbound.settings import InboundSettings
from tests.fakes import build, tables

NOW = 1_790_000_000
CANARY_NUMBER, CANARY_TEXT = "15550142424", "canary text Quetzalcoatl"


@pytest.fixture
def aws(monkeypatch):
    with mock_aws():
        tables.create(boto3.client("dynamodb"))
        s3 = boto3.client("s3")
        for bucket in ("transit", "media"):
            s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
            )
        secret = boto3.client("secretsmanager").create_secret(
            Name="pseudonym", SecretString=json.dumps({"key": "k"})
        )
        settings = InboundSettings(
            conversations_table="conversations",
            transit_bucket="transit",
            media_bucket="media",
            pseudonym_secret_arn=secret["ARN"],
            portfolio_id="portfolio-1",
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        wiring.settings.cache_clear()
        wiring.service.cache_clear()
        yield


def record(body, encoding="text", message_id="q-1"):
    return {
        "messageId": message_id,
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {"encoding": {"stringValue": encoding, "dataType": "String"}},
        "eventSource": "aws:sqs",
    }


def invoke(*records):
    from functions.inbound.handler import handler

    return handler({"Records": list(records)}, None)


def stored(prefix=""):
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName="conversations")
    items = [item for page in pages for item in page["Items"]]
    return [item for item in items if item["pk"]["S"].startswith(prefix)]


def hello(wamid="wamid.1", text="hello"):
    message = build.text_message(wamid, sender=CANARY_NUMBER, at=NOW, text={"body": text})
    return build.body(build.webhook(build.change(messages=[message])))


@pytest.mark.parametrize("encoding", ["text", "base64", "s3"])
def test_a_body_is_folded_however_it_travelled(aws, encoding):
    body = hello()
    message = body.decode()
    if encoding == "base64":
        message = json.dumps({"base64": base64.b64encode(body).decode()})
    if encoding == "s3":
        key = "webhooks/" + hashlib.sha256(body).hexdigest()
        boto3.client("s3").put_object(Bucket="transit", Key=key, Body=body)
        message = json.dumps({"bucket": "transit", "key": key, "bytes": len(body)})
    assert invoke(record(message, encoding)) == {"batchItemFailures": []}
    assert len(stored("MESSAGE#")) == 1


def test_a_poisoned_record_comes_back_alone(aws):
    lost = json.dumps({"bucket": "transit", "key": "webhooks/gone", "bytes": 1})
    answer = invoke(record(lost, "s3", "q-bad"), record(hello().decode(), message_id="q-good"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "q-bad"}]}
    assert len(stored("MESSAGE#")) == 1


def test_a_redelivered_record_changes_nothing(aws):
    invoke(record(hello().decode()))
    before = stored()
    assert invoke(record(hello().decode(), message_id="q-2")) == {"batchItemFailures": []}
    assert stored() == before


def test_a_thousand_updates_of_three_megabytes_are_folded(aws):
    messages = [
        build.text_message(
            f"wamid.{i}", sender=f"1555010{i % 20:04}", at=NOW + i, text={"body": "x" * 2900}
        )
        for i in range(1000)
    ]
    body = build.body(build.webhook(build.change(messages=messages)))
    assert len(body) > 3_000_000
    key = "webhooks/" + hashlib.sha256(body).hexdigest()
    boto3.client("s3").put_object(Bucket="transit", Key=key, Body=body)
    pointer = json.dumps({"bucket": "transit", "key": key, "bytes": len(body)})
    assert invoke(record(pointer, "s3")) == {"batchItemFailures": []}
    ids = {item["pk"]["S"] for item in stored("MESSAGE#")}
    assert len(ids) == 1000


def test_logs_carry_ids_and_counts_and_nothing_of_the_person(aws, capsys):
    unknown = {"field": f"new {CANARY_TEXT}", "value": {"text": CANARY_TEXT}}
    invoke(
        record(hello(text=CANARY_TEXT).decode()),
        record(build.body(build.webhook(unknown)).decode(), message_id="q-2"),
        record(f"not json {CANARY_TEXT} {CANARY_NUMBER}", "s3", "q-3"),
    )
    out, err = capsys.readouterr()
    assert '"message":"body folded"' in out
    assert "UnknownUpdates" in out
    for canary in (CANARY_NUMBER, CANARY_TEXT):
        assert canary not in out + err
