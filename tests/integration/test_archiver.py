"""The archiver over moto: a real stream of real writes in, locked objects out."""

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from cli.archive import S3Files
from functions.archiver import wiring
from functions.archiver.handler import handler
from functions.archiver.settings import ArchiverSettings
from functions.core.archive.segment import lines
from functions.core.archive.verify import verify
from functions.core.runtime.streams import UnknownShardError
from functions.core.runtime.values import encode
from tests.fakes import tables
from tests.fakes.archive import KEY, create_archive, fact, intent, message, wire

CANARY = "canary Quetzalcoatl"


class Context:
    aws_request_id = "request-1"


@pytest.fixture
def aws(monkeypatch):
    with mock_aws():
        create_archive()
        schema = tables.conversations_schema()
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        boto3.client("dynamodb").create_table(
            TableName="conversations", StreamSpecification=stream, **schema
        )
        boto3.client("dynamodb").create_table(TableName="outbox", **tables.outbox_schema())
        settings = ArchiverSettings(
            content_rules="{}",
            outbox_table="outbox",
            archive_bucket="archive",
            media_bucket="media",
            compliance_table="compliance",
            lock_mode="GOVERNANCE",
            retention_days=3,
            retention_class="communications",
            stream_shards="one",
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        for cached in (wiring.settings, wiring.archiver, wiring.audit):
            cached.cache_clear()
        yield boto3.client("dynamodb")


def put(client, item):
    client.put_item(TableName="conversations", Item=encode(item))


def stream(client):
    """Everything written so far, as Lambda hands it over."""
    streams = boto3.client("dynamodbstreams")
    arn = client.describe_table(TableName="conversations")["Table"]["LatestStreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    for record in records:
        told = record["dynamodb"]
        told["ApproximateCreationDateTime"] = told["ApproximateCreationDateTime"].timestamp()
        told.update({name: wire(told[name]) for name in ("NewImage", "OldImage") if name in told})
    return records


def archived():
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket="archive", Prefix="segments/").get("Contents", [])
    names = [one["Key"] for one in listed if one["Key"].endswith(".gz")]
    bodies = [s3.get_object(Bucket="archive", Key=name)["Body"].read() for name in sorted(names)]
    return [json.loads(line) for body in bodies for line in lines(body)]


def test_a_conversation_is_archived_once_however_often_it_is_delivered(aws):
    put(aws, message("w_1", f1=fact()))
    put(aws, message("w_1", f1=fact(), f2=fact("message", type="edit", sealed=b"edited")))
    put(aws, intent("m_1"))
    put(aws, intent("m_1", send_state="accepted", sealed_wamid=b"wamid", accepted_ms=1))
    put(aws, {"pk": "NODE#n1", "sk": "NODE", "sealed_value": b"x"})
    aws.delete_item(TableName="conversations", Key=encode({"pk": "MESSAGE#w_1", "sk": "MESSAGE"}))
    records = stream(aws)
    for batch in (records[:3], records[:3], records[1:], records):
        answer = handler({"Records": batch}, Context())
    assert answer == {"state": {}, "batchItemFailures": []}
    kinds = ["message", "edit", "intent", "outcome", "deleted"]
    assert [record["kind"] for record in archived()] == kinds
    assert len({record["id"] for record in archived()}) == len(kinds)
    report = verify(S3Files(boto3.client("s3"), "archive"))
    assert [str(finding) for finding in report.findings] == []
    assert report.kinds.total() == len(kinds)


def test_everything_written_is_locked(aws):
    boto3.client("s3").put_object(Bucket="media", Key="updates/large", Body=b"ciphertext")
    large = {name: value for name, value in fact().items() if name != "sealed"}
    put(aws, message("w_1", f1={**large, "ref": "updates/large"}))
    handler({"Records": stream(aws)}, Context())
    s3 = boto3.client("s3")
    listed = s3.list_objects_v2(Bucket="archive")["Contents"]
    assert len(listed) == 3
    for one in listed:
        told = s3.head_object(Bucket="archive", Key=one["Key"])
        assert told["ObjectLockMode"] == "GOVERNANCE"
        assert told["ObjectLockRetainUntilDate"] > datetime.now(UTC) + timedelta(days=2.9)
    (record,) = archived()
    body = s3.get_object(Bucket="archive", Key=record["content"]["object"])["Body"].read()
    assert body == b"ciphertext"


def test_logs_and_metrics_tell_counts_and_nothing_of_the_content(aws, capsys):
    put(aws, message("w_1", f1=fact(sealed=CANARY.encode())))
    put(aws, {"pk": "NOVELTY#1", "sk": "X", "text": CANARY})
    handler({"Records": stream(aws)}, Context())
    out = capsys.readouterr().out
    assert CANARY not in out
    assert KEY not in out
    written = [json.loads(line) for line in out.splitlines()]
    metrics = {(w["kind"], w["ArchivedRecords"]) for w in written if "ArchivedRecords" in w}
    assert metrics == {("message", 1), ("unknown", 1)}
    assert [line for line in written if "ArchiveLag" in line]
    (line,) = [line for line in written if line.get("message") == "changes archived"]
    assert (line["records"], line["changes"], line["segments"]) == (2, 2, 1)


def test_with_a_window_every_shard_has_its_own_chain(aws, monkeypatch):
    monkeypatch.setenv("AMANA_STREAM_SHARDS", "window")
    put(aws, message("w_1", f1=fact()))
    put(aws, message("w_2", f1=fact()))
    first, second = stream(aws)
    handler({"Records": [second], "shardId": "shardId-2", "state": {}}, Context())
    handler({"Records": [first], "shardId": "shardId-1", "state": {}}, Context())
    handler({"Records": [], "shardId": "shardId-1", "isFinalInvokeForWindow": True}, Context())
    assert len(archived()) == 2
    assert verify(S3Files(boto3.client("s3"), "archive")).shards == 2


@pytest.mark.parametrize("event", [{}, {"shardId": ""}, {"shardId": "../x"}, {"shardId": 1}])
def test_without_a_shard_nothing_is_archived_where_there_may_be_several(aws, monkeypatch, event):
    monkeypatch.setenv("AMANA_STREAM_SHARDS", "window")
    put(aws, message("w_1", f1=fact()))
    with pytest.raises(UnknownShardError):
        handler({"Records": stream(aws), **event}, Context())
    assert archived() == []


def test_a_store_that_fails_fails_the_batch_and_is_logged(aws, monkeypatch, capsys):
    put(aws, message("w_1", f1=fact(sealed=CANARY.encode())))
    records = stream(aws)
    monkeypatch.setenv("AMANA_ARCHIVE_BUCKET", "elsewhere")
    with pytest.raises(Exception, match="adding to the archive"):
        handler({"Records": records}, Context())
    out = capsys.readouterr().out
    assert "changes not archived" in out
    assert CANARY not in out
