"""Locks of held objects twice: in memory and on S3 (moto), through the same suite."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from functions.core.archive.aws import S3Vault
from functions.core.holds.locks import S3Locks, settle
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes.archive import Room, create_archive
from tests.fakes.holding import MemoryLocks

UNTIL = datetime.now(UTC) + timedelta(days=3)
NAME = "segments/2026/11/24/one/1.ndjson.gz"


class InMemory:
    def __init__(self):
        self.room = Room()
        self.locks = MemoryLocks(self.room)
        self.room.vault.add(NAME, b"x", until=UNTIL)

    def is_locked(self):
        return NAME in self.locks.held


class InS3:
    def __init__(self):
        create_archive()
        self.s3 = boto3.client("s3")
        self.locks = S3Locks(self.s3, "archive")
        S3Vault(self.s3, "archive", mode="GOVERNANCE").add(NAME, b"x", until=UNTIL)

    def is_locked(self):
        try:
            told = self.s3.get_object_legal_hold(Bucket="archive", Key=NAME)
        except ClientError:  # it never had one
            return False
        return told["LegalHold"]["Status"] == "ON"


@pytest.fixture(params=[InMemory, InS3])
def shelf(request):
    with mock_aws():
        yield request.param()


def test_an_object_is_locked_until_it_is_unlocked(shelf):
    for on in (True, True, False, False, True):
        shelf.locks.put(NAME, on=on)
        assert shelf.is_locked() is on


@pytest.mark.parametrize("on", [True, False])
def test_of_what_is_not_there_nothing_is_locked(on):
    room = Room()
    memory = MemoryLocks(room)
    memory.put("segments/nothing", on=on)
    assert memory.held == set()

    s3 = boto3.client("s3")
    with Stubber(s3) as aws:  # moto fails where S3 answers so
        aws.add_client_error("put_object_legal_hold", "NoSuchKey", http_status_code=404)
        S3Locks(s3, "archive").put("segments/nothing", on=on)
        aws.assert_no_pending_responses()


class Claimed:
    """Answers in turn, as claims are told by others while somebody settles."""

    def __init__(self, *told):
        self.told = list(told)

    def is_held(self, _name):
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ([True], True),
        ([False], False),
        # another hold came between
        ([False, True, True], True),
        # the last hold went between
        ([True, False, False], False),
        ([True, False, False, True, True], True),
    ],
)
def test_whatever_happens_meanwhile_an_object_is_left_as_it_is_claimed(shelf, told, held):
    settle(NAME, Claimed(*told), shelf.locks)
    assert shelf.is_locked() is held


def test_a_lock_outlives_the_retention_of_its_object():
    with mock_aws():
        shelf = InS3()
        shelf.locks.put(NAME, on=True)
        version = shelf.s3.head_object(Bucket="archive", Key=NAME)["VersionId"]
        gone = {"Bucket": "archive", "Key": NAME, "VersionId": version}
        with pytest.raises(ClientError):
            shelf.s3.delete_object(**gone, BypassGovernanceRetention=True)
        shelf.locks.put(NAME, on=False)
        shelf.s3.delete_object(**gone, BypassGovernanceRetention=True)


def test_what_s3_refuses_is_tried_again_and_quotes_nothing():
    with mock_aws():
        with pytest.raises(StoreUnavailableError) as error:
            S3Locks(boto3.client("s3"), "nowhere").put("canary", on=True)
        assert "canary" not in str(error.value)
