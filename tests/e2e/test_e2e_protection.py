"""What is archived stays, whoever objects; what was destroyed or moved does not open."""

import secrets
import time

import e2e_scan
import pytest
from botocore.exceptions import ClientError

from cli.archive import verify_archive
from cli.demo.messages import invented_phone
from functions.core.content.dynamodb import DynamoKeys
from tests.fakes.audit import audit_writer

DENIED = {"AccessDenied", "InvalidRequest", "MethodNotAllowed"}


class Said:
    def __init__(self):
        self.lines = []

    def say(self, line):
        self.lines.append(line)

    note = say


@pytest.fixture(scope="module")
def bucket(platform):
    return platform.facts.outputs["amana-local-data"]["ArchiveBucket"]


@pytest.fixture(scope="module")
def s3(platform):
    """S3 as the account's root user has it: whatever that may not, nobody may."""
    return platform.client("s3")


def person_says(platform, text):
    phone = invented_phone()
    platform.meta.write({"from": phone, "text": text})
    platform.eventually(lambda: platform.conversation_with(phone))
    return platform.conversation_with(phone)


def versions(s3, bucket):
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix="segments/")
    return [version for page in pages for version in page.get("Versions", [])]


@pytest.fixture(scope="module")
def segment(platform, s3, bucket):
    person_says(platform, "to be kept")
    platform.eventually(lambda: versions(s3, bucket))
    return versions(s3, bucket)[0]


def refused(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"] in DENIED


@pytest.fixture
def in_vain(platform):
    """What an administrator tried is no fault of a function's."""
    yield
    platform.denials()


def test_a_segment_cannot_be_deleted_by_anybody(s3, bucket, segment, in_vain):
    named = {"Bucket": bucket, "Key": segment["Key"], "VersionId": segment["VersionId"]}
    assert refused(s3.delete_object, **named)
    assert refused(s3.delete_object, **named, BypassGovernanceRetention=True)
    assert s3.get_object(**named)["Body"].read()


def test_its_time_cannot_be_shortened_nor_its_lock_be_changed(s3, bucket, segment, in_vain):
    named = {"Bucket": bucket, "Key": segment["Key"], "VersionId": segment["VersionId"]}
    before = s3.get_object_retention(**named)["Retention"]
    sooner = {"Mode": before["Mode"], "RetainUntilDate": "2026-11-23T00:00:00Z"}
    assert refused(s3.put_object_retention, **named, Retention=sooner)
    assert refused(
        s3.put_object_retention, **named, Retention=sooner, BypassGovernanceRetention=True
    )
    assert s3.get_object_retention(**named)["Retention"] == before


def test_it_cannot_be_hidden_behind_a_newer_version_or_a_marker(s3, bucket, segment, in_vain):
    named = {"Bucket": bucket, "Key": segment["Key"]}
    before = s3.get_object(**named, VersionId=segment["VersionId"])["Body"].read()
    assert refused(s3.put_object, **named, Body=b"forged")
    assert refused(s3.delete_object, **named)
    assert s3.get_object(**named)["Body"].read() == before


def test_the_archive_is_whole(platform, segment):
    assert segment
    platform.settle()
    platform.eventually(lambda: verify_archive(None, platform.stage, Said()))
    said = Said()
    assert verify_archive(None, platform.stage, said)
    assert said.lines[-1].startswith("The archive is whole")


@pytest.fixture
def cold(platform):
    """Makes the API's next request start a new environment: keys in memory are forgotten."""
    client = platform.client("lambda")
    names = [f["FunctionName"] for f in client.list_functions()["Functions"]]
    (name,) = [name for name in names if "MessagesApi" in name]

    def forget():
        settings = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        changed = {**settings, "AMANA_RESTARTED": secrets.token_hex(4)}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": changed})

    return forget


def thread_key(platform, conversation):
    """The content key of a conversation's messages, from any stored fact."""
    item = messages_of(platform, conversation)[0]
    return next(iter(item["facts"]["M"].values()))["M"]["key"]["S"]


def messages_of(platform, conversation):
    ids = {each["id"] for each in platform.messages(conversation)}
    client = platform.client("dynamodb")
    return [
        client.get_item(
            TableName=platform.table,
            Key={"pk": {"S": f"MESSAGE#{i}"}, "sk": {"S": "MESSAGE"}},
        )["Item"]
        for i in ids
    ]


def test_when_a_key_is_destroyed_its_content_is_gone_and_nothing_else(platform, cold):
    gone = person_says(platform, "to be forgotten")
    kept = person_says(platform, "to be remembered")
    table = platform.facts.outputs["amana-local-data"]["KeysTable"]
    keys = DynamoKeys(platform.client("dynamodb"), table, audit_writer())
    key_id = thread_key(platform, gone)
    assert keys.destroy(keys.load([key_id])[key_id], now_ms=int(time.time() * 1000))
    cold()

    (message,) = platform.messages(gone)
    assert message["is_destroyed"]
    assert message["destroyed_at"]
    assert message["content"] == {}
    assert message["type"] == "text"
    (message,) = platform.messages(kept)
    assert message["content"] == {"text": {"body": "to be remembered"}}
    platform.eventually(lambda: verify_archive(None, platform.stage, Said()))


def counted(platform, metric):
    lines = e2e_scan.logs(platform.client("logs"))
    return any(f'"{metric}":1'.encode() in line for _, line in lines)


def test_a_message_moved_to_another_person_is_refused_and_counted(platform):
    mine = person_says(platform, "mine")
    theirs = person_says(platform, "theirs")
    client = platform.client("dynamodb")
    (item,), (other,) = messages_of(platform, mine), messages_of(platform, theirs)
    client.put_item(TableName=platform.table, Item={**other, "facts": item["facts"]})

    answer = platform.api.get(f"/v1/messages/{other['pk']['S'].removeprefix('MESSAGE#')}")

    assert answer.status == 500
    assert "mine" not in answer.text
    platform.eventually(lambda: counted(platform, "CiphertextRefused"))
    client.put_item(TableName=platform.table, Item=other)
    assert platform.messages(theirs)[0]["content"] == {"text": {"body": "theirs"}}
