"""The sequencer over moto: a real stream of real writes in, a locked log that verifies out."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from moto import mock_aws

from functions.audit_sequencer.handler import handler
from functions.core.audit.log_s3 import S3Log
from functions.core.audit.model import Actor, Event
from functions.core.audit.reading import LogReader
from functions.core.audit.verify import Kind
from functions.core.audit.vocabulary import Action
from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.streams import UnknownShardError
from tests.fakes.audit_platform import BUCKET, Context, Platform

CANARY = "canary-Quetzalcoatl"
EVENT = Event(
    action=Action.MESSAGE_READ,
    by=Actor(kind="client", id=CANARY),
    on=("p_1",),
    purpose=CANARY,
)
NOTHING_FAILED = {"state": {}, "batchItemFailures": []}


@pytest.fixture
def platform(monkeypatch):
    with mock_aws():
        platform = Platform()
        platform.install(monkeypatch)
        yield platform


def write(platform, count, writer=None):
    writer = writer or platform.writer()
    for number in range(count):
        writer.write(EVENT, key=f"{id(writer)} {number}")


def deliver(platform, *, first=0, last=None):
    return handler({"Records": platform.stream()[first:last]}, Context())


def beat():
    return handler({"source": "aws.events"}, Context())


def reader(platform):
    return LogReader(S3Log(platform.s3, BUCKET))


def leaves(platform):
    found = reader(platform)
    return [json.loads(found.entry(index)) for index in range(found.checkpoint().size)]


def findings(platform, **more):
    return [str(finding) for finding in platform.verify(now=datetime.now(UTC), **more).findings]


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_entries_stand_in_a_cosigned_log_once_however_often_they_are_delivered(platform):
    write(platform, 30)
    for first, last in ((0, 10), (0, 10), (5, 25), (0, None)):
        assert deliver(platform, first=first, last=last) == NOTHING_FAILED
    write(platform, 3, platform.writer("media"))
    deliver(platform)
    assert beat() == NOTHING_FAILED
    entries = [leaf for leaf in leaves(platform) if leaf["action"] == Action.MESSAGE_READ]
    assert sorted((leaf["writer"], leaf["seq"]) for leaf in entries) == sorted(
        [("sender.1", number) for number in range(30)] + [("media.1", n) for n in range(3)]
    )
    assert findings(platform, until=datetime.now(UTC)) == []


def test_a_heartbeat_says_how_many_writers_there_are(platform):
    write(platform, 1)
    write(platform, 1)
    deliver(platform)
    beat()
    assert leaves(platform)[-1]["facts"]["writers"] == {"sender": 2}


def test_a_proof_comes_under_a_checkpoint_of_the_log_and_the_witness(platform):
    write(platform, 3)
    deliver(platform)
    beat()
    proof = reader(platform).proof(2)
    assert proof.holds()
    assert platform.log_key[1].has_signed(proof.checkpoint)
    assert platform.witness_key[1].has_signed(proof.checkpoint)


def test_everything_written_is_locked_and_partial_tiles_may_go_earlier(platform):
    write(platform, 300)
    deliver(platform)
    beat()
    for one in platform.s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        told = platform.s3.head_object(Bucket=BUCKET, Key=one["Key"])
        days = 1 if one["Key"] == "sequencer/head" else 9 if ".p/" in one["Key"] else 30
        assert told["ObjectLockMode"] == "GOVERNANCE"
        left = told["ObjectLockRetainUntilDate"] - datetime.now(UTC)
        assert timedelta(days=days, hours=-1) < left <= timedelta(days=days)


def test_logs_and_metrics_tell_counts_and_nothing_of_the_entries(platform, capsys):
    write(platform, 2)
    deliver(platform)
    beat()
    said = capsys.readouterr().out
    assert CANARY not in said
    told = [json.loads(line) for line in said.splitlines()]
    metrics = {name: line[name] for line in told for name in line if name.startswith("Audit")}
    assert metrics == {"AuditSequenced": 2, "AuditBatches": 1, "AuditDelay": metrics["AuditDelay"]}
    messages = [line["message"] for line in told if "message" in line]
    assert messages == [
        "entries sequenced",
        "heartbeat sealed",
        "checkpoint answered",
        "checkpoint cosigned",
    ]


def test_what_is_delivered_again_is_no_batch_and_no_delay(platform, capsys):
    write(platform, 2)
    deliver(platform)
    capsys.readouterr()
    deliver(platform)
    (line,) = lines(capsys)
    assert (line["message"], line["entries"]) == ("entries sequenced", 0)


def test_a_window_that_closes_writes_nothing(platform):
    assert handler({"Records": []}, Context()) == NOTHING_FAILED
    # without records it is still no heartbeat
    assert handler({"window": {}, "isFinalInvokeForWindow": True}, Context()) == NOTHING_FAILED
    assert "Contents" not in platform.s3.list_objects_v2(Bucket=BUCKET)


def test_an_event_without_its_shard_is_refused_where_shards_count(platform, monkeypatch, capsys):
    platform.install(monkeypatch, stream_shards="window")
    write(platform, 1)
    with pytest.raises(UnknownShardError):
        deliver(platform)
    assert [line["level"] for line in lines(capsys)] == ["ERROR"]
    records = {"Records": platform.stream(), "shardId": "shardId-1", "window": {}}
    assert handler(records, Context()) == NOTHING_FAILED


def test_when_aws_refuses_the_batch_comes_again_and_nothing_is_lost(platform, capsys):
    write(platform, 3)
    platform.s3.delete_bucket(Bucket=BUCKET)
    with pytest.raises(StoreUnavailableError):
        deliver(platform)
    assert lines(capsys)[0]["message"] == "entries not sequenced"
    platform.create_bucket()
    deliver(platform)
    beat()
    assert len(leaves(platform)) == 6  # opened, three, and two seals
    assert findings(platform) == []


class TestWithoutItsWitness:
    def test_a_witness_that_fails_is_told_and_counted_and_stops_nothing(self, platform, capsys):
        platform.dynamodb.delete_table(TableName="witness")
        write(platform, 1)
        deliver(platform)
        capsys.readouterr()
        assert beat() == NOTHING_FAILED
        told = lines(capsys)
        assert told[-2]["message"] == "checkpoint not cosigned"
        assert told[-2]["reason"] == "the witness's function failed"
        assert told[-1]["WitnessRefused"] == 1
        assert [f.kind for f in platform.verify().findings] == [Kind.UNWITNESSED]

    def test_a_log_without_one_asks_nobody(self, platform, monkeypatch, capsys):
        platform.install(monkeypatch, witness_function="")
        write(platform, 1)
        deliver(platform)
        assert beat() == NOTHING_FAILED
        assert "WitnessRefused" not in capsys.readouterr().out
        assert platform.dynamodb.scan(TableName="witness")["Items"] == []
