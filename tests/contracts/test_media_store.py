"""Records of media: the fake and DynamoDB (moto) through one suite."""

import boto3
import pytest
from moto import mock_aws

from functions.core.media.store import DynamoMedia
from tests.fakes import tables
from tests.fakes.keys import sealing
from tests.fakes.media import MemoryMedia

ID, KEY = f"f_{'a' * 26}", "nabc~0"
TOLD = {"type": "image", "key": KEY, "media_id": "1234", "filename": "ü.png", "told_ms": 5}


@pytest.fixture(params=["memory", "dynamodb"])
def store(request):
    if request.param == "memory":
        yield MemoryMedia()
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        yield DynamoMedia(client, "conversations", sealing())


def claim(store, now_ms=1000, until_ms=2000, attributes=TOLD):
    return store.claim(ID, attributes, now_ms=now_ms, until_ms=until_ms)


def test_what_was_never_told_is_not_there(store):
    assert store.load(ID) is None


def test_a_claim_begins_a_record(store):
    item = claim(store)
    assert {name: item[name] for name in TOLD} == TOLD
    assert (item["state"], item["attempts"], item["lease_ms"]) == ("pending", 1, 2000)
    assert store.load(ID) == item


def test_what_somebody_claimed_is_theirs_until_their_time_is_up(store):
    claim(store)
    assert claim(store, now_ms=1999, until_ms=3000) is None
    assert claim(store, now_ms=2000, until_ms=3000) is None
    assert claim(store, now_ms=2001, until_ms=3000)["attempts"] == 2


def test_a_claim_that_was_given_back_can_be_taken_at_once(store):
    item = claim(store)
    assert store.change(ID, {"lease_ms": 0}, expect={"attempts": item["attempts"]})
    assert claim(store)["attempts"] == 2


@pytest.mark.parametrize("state", ["uploading", "scanning", "stored", "gone", "quarantined"])
def test_only_what_is_pending_can_be_claimed(store, state):
    assert store.create(ID, {"state": state, "key": KEY})
    assert claim(store) is None
    assert store.load(ID)["state"] == state


def test_a_record_is_created_once(store):
    assert store.create(ID, {"state": "uploading", "key": KEY, "filename": "a"})
    assert not store.create(ID, {"state": "uploading", "key": KEY, "filename": "b"})
    assert store.load(ID)["filename"] == "a"


def test_a_change_happens_only_to_what_was_expected(store):
    item = claim(store)
    ours = {"state": "pending", "attempts": item["attempts"]}
    told = {"state": "stored", "key": KEY, "sha256": "ab", "bytes": 5, "reason": ""}
    assert not store.change(ID, told, expect={**ours, "attempts": 7})
    assert not store.change(ID, told, expect={**ours, "state": "scanning"})
    assert store.change(ID, told, expect=ours)
    assert not store.change(ID, told, expect=ours)
    stored = store.load(ID)
    assert {name: stored[name] for name in told} == told
    assert stored["media_id"] == "1234"


def test_nothing_that_is_not_there_changes(store):
    assert not store.change(ID, {"state": "stored"}, expect={"state": "scanning"})
    assert store.load(ID) is None


def test_notes_stand_beside_the_record_and_change_nothing_of_it(store):
    item = claim(store)
    store.note(ID, "ACCESS#0000000001000#x", {"client": "c", "granted_ms": 1})
    assert store.load(ID) == item


def test_what_describes_a_medium_is_sealed_in_the_table():
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        seal = sealing()
        store = DynamoMedia(client, "conversations", seal)
        claim(store, attributes={**TOLD, "filename": "canary-file", "media_id": "99887766"})
        kept = repr(client.scan(TableName="conversations")["Items"])
        assert "canary-file" not in kept
        assert "99887766" not in kept
        assert store.load(ID)["filename"] == "canary-file"
