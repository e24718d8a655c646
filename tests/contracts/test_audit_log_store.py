"""The log's store twice: on the strict fake bucket and on S3 (moto), through the same suite."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from functions.core.audit.errors import LogDamagedError
from functions.core.audit.head import Head
from functions.core.audit.log_s3 import COSIGNED, Lock, S3LockedLog, S3Log
from functions.core.audit.model import Link
from functions.core.audit.tiles import Edge
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes.audit_log import Signer
from tests.fakes.strict_s3 import StrictS3

NOW = datetime.now(UTC).replace(microsecond=0)
LOCK = Lock(mode="GOVERNANCE", days=30, partial_days=9, now=lambda: NOW)
FIRST = Head(Edge(), ("{}",), Link("sequencer", 1, "0" * 64), 5, {})
SECOND = Head(FIRST.edge, ("{}", "{}"), Link("sequencer", 2, "1" * 64), 6, {})


@pytest.fixture(params=["strict", "moto"])
def bucket(request):
    if request.param == "strict":
        yield StrictS3()
        return
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(
            Bucket="audit",
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
            ObjectLockEnabledForBucket=True,
        )
        yield client


@pytest.fixture
def log(bucket):
    return S3LockedLog(bucket, "audit", lock=LOCK)


def checkpoint(size):
    return Signer().checkpoint(Edge().extended([b"%d" % n for n in range(size)])[0])


def test_a_log_begins_empty(log):
    assert log.head() == (Head(), None)
    assert log.checkpoint() == (None, None)
    assert log.read("tile/entries/000") is None


def test_the_head_comes_back_as_it_was_put(log):
    assert log.move_head(FIRST, None)
    head, tag = log.head()
    assert head == FIRST
    assert log.move_head(SECOND, tag)
    assert log.head()[0] == SECOND


def test_the_head_moves_only_from_where_it_was_seen(log):
    assert log.move_head(FIRST, None)
    _, tag = log.head()
    assert not log.move_head(SECOND, None)
    assert log.move_head(SECOND, tag)
    assert not log.move_head(FIRST, tag)
    assert log.head()[0] == SECOND


def test_a_checkpoint_moves_only_from_where_it_was_seen(log):
    for path in ("checkpoint", COSIGNED):
        one, two = checkpoint(1), checkpoint(2)
        assert log.move_checkpoint(one, None, path)
        found, tag = log.checkpoint(path)
        assert found == one
        assert not log.move_checkpoint(two, None, path)
        assert log.move_checkpoint(two, tag, path)
        assert not log.move_checkpoint(one, tag, path)
        assert log.checkpoint(path)[0] == two


def test_what_was_seen_and_is_not_there_at_all_is_an_error(log):
    with pytest.raises(StoreUnavailableError):
        log.move_head(FIRST, '"seen"')


def test_files_are_put_side_by_side_and_come_back(log, bucket):
    files = {f"tile/0/{number:03}": bytes([number]) * 8192 for number in range(20)}
    log.add(files)
    assert {name: S3Log(bucket, "audit").read(name) for name in files} == files


def test_a_file_that_is_there_already_may_be_put_again_and_no_other(log):
    log.add({"tile/0/000": b"x"})
    log.add({"tile/0/000": b"x", "tile/0/001": b"y"})
    with pytest.raises(LogDamagedError, match="tile/0/000"):
        log.add({"tile/0/000": b"z"})
    assert log.read("tile/0/000") == b"x"


def test_nothing_to_put_is_nothing(log):
    log.add({})


def test_a_checkpoint_that_is_none_is_damage(log):
    log.add({"checkpoint": b"none"})
    with pytest.raises(LogDamagedError):
        log.checkpoint()


def test_locks_and_tags_are_what_the_lifecycle_goes_by():
    """Levels that heartbeats fill again may lose partial tiles; those above must not."""
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(
            Bucket="audit",
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
            ObjectLockEnabledForBucket=True,
        )
        log = S3LockedLog(client, "audit", lock=LOCK)
        short = ["tile/entries/000.p/1", "tile/0/x001/000.p/255", "tile/1/000.p/1"]
        long = ["tile/entries/000", "tile/0/000", "tile/1/000", "tile/2/000.p/1", "tile/3/000.p/1"]
        log.add(dict.fromkeys([*short, *long], b"x"))
        log.move_head(FIRST, None)
        log.move_checkpoint(checkpoint(1), None)
        days = dict.fromkeys(short, 9) | dict.fromkeys([*long, "checkpoint"], 30)
        for name, kept in {**days, "sequencer/head": 1}.items():
            told = client.head_object(Bucket="audit", Key=name)
            assert told["ObjectLockMode"] == "GOVERNANCE"
            assert told["ObjectLockRetainUntilDate"] == NOW + timedelta(days=kept)
            tags = client.get_object_tagging(Bucket="audit", Key=name)["TagSet"]
            assert tags == ([{"Key": "partial", "Value": "yes"}] if name in short else [])


def test_a_conflict_is_a_move_that_did_not_happen():
    class Busy(StrictS3):
        def put_object(self, **_):
            raise ClientError({"Error": {"Code": "ConditionalRequestConflict"}}, "PutObject")

    log = S3LockedLog(Busy(), "audit", lock=LOCK)
    assert not log.move_head(FIRST, None)
    with pytest.raises(StoreUnavailableError):
        log.add({"tile/0/000": b"x"})
