"""Sequencer and witness over moto: entries of real writers in, a log that verifies out."""

import io
import json
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from functions.audit_sequencer import wiring
from functions.audit_sequencer.handler import handler
from functions.audit_sequencer.settings import AuditSequencerSettings
from functions.core.audit.keys import VerifierKey
from functions.core.audit.log_s3 import S3Log
from functions.core.audit.model import Actor, Event
from functions.core.audit.outbox import DynamoOutbox
from functions.core.audit.reading import LogReader
from functions.core.audit.verify import verify
from functions.core.audit.verify.bucket import Bucket
from functions.core.audit.vocabulary import Action
from functions.core.audit.writer import Writer
from functions.core.runtime import aws, clock
from functions.core.runtime.streams import UnknownShardError
from functions.witness import handler as witness_handler
from functions.witness import wiring as witness_wiring
from functions.witness.settings import WitnessSettings
from tests.fakes import tables
from tests.fakes.archive import wire

ORIGIN, NAME, CANARY = "audit.example/amana", "witness.example/one", "canary-Quetzalcoatl"
EVENT = Event(action=Action.MESSAGE_READ, by=Actor(kind="client", id=CANARY), on=("p_1",))


class Context:
    aws_request_id = "request-1"


def key_pair():
    made = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    arn = made["KeyMetadata"]["Arn"]
    return arn, boto3.client("kms").get_public_key(KeyId=arn)["PublicKey"]


class World:
    def __init__(self, monkeypatch):
        self.monkeypatch, self.written = monkeypatch, 0
        self.dynamodb = boto3.client("dynamodb")
        self.dynamodb.create_table(
            TableName="outbox",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            **tables.ephemeral_schema(),
        )
        self.dynamodb.create_table(TableName="witness", **tables.ephemeral_schema())
        boto3.client("s3").create_bucket(
            Bucket="audit",
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
            ObjectLockEnabledForBucket=True,
        )
        self.arn, der = key_pair()
        self.key = VerifierKey(ORIGIN, der)
        self.witness_arn, der = key_pair()
        self.witness_key = VerifierKey(NAME, der)
        sequencer = AuditSequencerSettings(
            audit_bucket="audit",
            outbox_table="outbox",
            signing_key_arn=self.arn,
            origin=ORIGIN,
            lock_mode="GOVERNANCE",
            retention_days=30,
            partial_days=9,
            witness_function="arn:witness",
            stream_shards="one",
        )
        witness = WitnessSettings(
            witness_table="witness",
            signing_key_arn=self.witness_arn,
            name=NAME,
            log_keys=self.key.text,
        )
        self.told(**(sequencer.environment() | witness.environment()))
        client = aws.client
        self.lambda_ = SimpleNamespace(invoke=self.invoke)
        monkeypatch.setattr(
            aws, "client", lambda name: self.lambda_ if name == "lambda" else client(name)
        )
        self.writer = Writer(
            DynamoOutbox(self.dynamodb, "outbox", now_ms=clock.now_ms),
            function="sender",
            now_ms=clock.now_ms,
        )

    def told(self, **environment):
        """Both functions run in one process, each with a key of its own."""
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        for part, arn in ((wiring, self.arn), (witness_wiring, self.witness_arn)):
            for cached in vars(part).values():
                if hasattr(cached, "cache_clear") and cached.__module__ == part.__name__:
                    cached.cache_clear()
            self.monkeypatch.setenv("AMANA_SIGNING_KEY_ARN", arn)
            part.settings()

    def invoke(self, *, FunctionName, Payload):  # noqa: N803 - as AWS spells them
        assert FunctionName == "arn:witness"
        answer = witness_handler.handler(json.loads(Payload), Context())
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def write(self, count):
        for _ in range(count):
            self.written += 1
            self.writer.write(EVENT, key=f"fact {self.written}")

    def stream(self):
        """Everything written so far, as Lambda hands it over."""
        streams = boto3.client("dynamodbstreams")
        arn = self.dynamodb.describe_table(TableName="outbox")["Table"]["LatestStreamArn"]
        (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        for record in records:
            told = record["dynamodb"]
            told["ApproximateCreationDateTime"] = told["ApproximateCreationDateTime"].timestamp()
            told["NewImage"] = wire(told["NewImage"])
        # of an update that makes an item, moto tells first that it is there with its key alone
        return [one for one in records if set(one["dynamodb"]["NewImage"]) != {"pk"}]

    @property
    def reader(self):
        return LogReader(S3Log(boto3.client("s3"), "audit"))

    def findings(self, **more):
        files = Bucket(lambda: boto3.client("s3"), "audit").listed()
        return verify(files, key=self.key, **more).findings


@pytest.fixture
def world(monkeypatch):
    with mock_aws():
        yield World(monkeypatch)


def printed(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_entries_are_in_a_verified_log_once_however_often_they_are_delivered(world):
    world.write(20)
    records = world.stream()
    for batch in (records[:3], records[:3], records[1:9], records, records):
        answer = handler({"Records": batch}, Context())
    assert answer == {"state": {}, "batchItemFailures": []}
    handler({}, Context())
    # each batch that brought something, and the heartbeat
    assert world.reader.checkpoint().size == 20 + 1 + 3 + 1
    assert world.findings(witness=world.witness_key) == []
    proof = world.reader.proof(7)
    assert world.witness_key.has_signed(proof.checkpoint)
    assert json.loads(proof.entry)["by"]["id"] == CANARY


def test_a_heartbeat_is_cosigned_from_where_the_witness_stands(world, capsys):
    for _ in range(3):
        handler({"source": "aws.events"}, Context())
    cosigned = world.reader.cosigned()
    assert cosigned.size == 3
    assert world.witness_key.has_signed(cosigned)
    lines = printed(capsys)
    assert [line["status"] for line in lines if line.get("message") == "checkpoint looked at"] == [
        200
    ] * 3
    assert not [line for line in lines if "WitnessRefused" in line]


def test_a_witness_that_does_not_know_the_log_is_told_of_and_stops_nothing(world, capsys):
    world.told(AMANA_LOG_KEYS="")
    handler({}, Context())
    assert world.reader.checkpoint().size == 1
    assert world.reader.cosigned() is None
    lines = printed(capsys)
    assert [line for line in lines if line.get("WitnessRefused") == 1]
    (line,) = [line for line in lines if line.get("message") == "checkpoint not cosigned"]
    assert (line["level"], line["error"]) == ("ERROR", "WitnessRefusedError")
    assert [line["status"] for line in lines if "status" in line] == [404]


def test_without_a_witness_nobody_is_asked(world):
    world.told(AMANA_WITNESS_FUNCTION="")
    handler({}, Context())
    assert world.reader.checkpoint().size == 1
    assert "Item" not in world.dynamodb.get_item(
        TableName="witness", Key={"pk": {"S": f"LOG#{ORIGIN}"}}
    )


def test_an_entry_is_not_shown_to_the_witness_before_a_heartbeat(world):
    world.write(2)
    handler({"Records": world.stream()}, Context())
    assert world.reader.cosigned() is None


def test_a_window_that_closes_empty_writes_nothing(world):
    world.told(AMANA_STREAM_SHARDS="window")
    closing = {"Records": [], "shardId": "shardId-1", "isFinalInvokeForWindow": True}
    handler(closing, Context())
    assert world.reader.checkpoint().size == 0


def test_a_window_without_records_is_no_heartbeat(world):
    world.told(AMANA_STREAM_SHARDS="window")
    handler({"window": {}, "state": {}, "isFinalInvokeForWindow": True}, Context())
    assert world.reader.checkpoint().size == 0


def test_without_a_shard_nothing_is_sequenced_where_there_may_be_several(world):
    world.told(AMANA_STREAM_SHARDS="window")
    world.write(1)
    with pytest.raises(UnknownShardError):
        handler({"Records": world.stream()}, Context())
    assert world.reader.checkpoint().size == 0


def test_logs_and_metrics_tell_counts_and_nothing_of_entries(world, capsys):
    world.write(4)
    handler({"Records": world.stream()}, Context())
    out = capsys.readouterr().out
    assert CANARY not in out
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["AuditSequenced"] for line in lines if "AuditSequenced" in line] == [4]
    assert [line for line in lines if "AuditDelay" in line]
    (line,) = [line for line in lines if line.get("message") == "entries sequenced"]
    assert (line["changes"], line["entries"], line["size"]) == (5, 4, 6)


def test_what_is_delivered_again_counts_as_no_batch(world, capsys):
    world.write(2)
    records = world.stream()
    handler({"Records": records}, Context())
    capsys.readouterr()
    handler({"Records": records}, Context())
    (line,) = printed(capsys)
    assert (line["message"], line["entries"]) == ("entries sequenced", 0)


def test_a_store_that_fails_fails_the_batch_and_is_logged(world, capsys):
    world.write(1)
    records = world.stream()
    world.told(AMANA_AUDIT_BUCKET="elsewhere")
    with pytest.raises(Exception, match="the audit log"):
        handler({"Records": records}, Context())
    out = capsys.readouterr().out
    assert "entries not sequenced" in out
    assert CANARY not in out


def test_the_witness_answers_what_is_no_request(world, capsys):
    for event in ({}, {"body": None}, {"body": 5}, {"body": ""}):
        assert witness_handler.handler(event, Context())["status"] == 400
    (first, *_) = printed(capsys)
    assert (first["level"], first["status"], first["fork"]) == ("ERROR", 400, False)


def test_a_witness_whose_table_is_gone_says_so(world, capsys):
    world.dynamodb.delete_table(TableName="witness")
    handler({}, Context())
    out = capsys.readouterr().out
    assert "checkpoint not looked at" in out
    assert "WitnessRefused" in out
