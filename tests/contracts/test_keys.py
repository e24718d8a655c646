"""Keys: the fake and DynamoDB (moto) through one suite."""

from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from functions.core.content.dynamodb import DynamoKeys, epoch_item, key_item
from functions.core.content.epoch_dynamodb import DynamoEpochs
from functions.core.content.keystore import EpochState, StoredKey
from functions.core.runtime.values import encode
from tests.fakes import tables
from tests.fakes.audit import table_writer
from tests.fakes.keys import MemoryKeys

NOW = 1_790_000_000_000
KEY = StoredKey(id="nabc~0", version=1, epoch=1, wrapped=b"\x00wrapped\xff", created_ms=NOW)


class InMemory(MemoryKeys):
    def open_epoch(self, number=1):
        if self.current is not None:
            self.close(self.current)
        super().open_epoch(number)

    def close(self, number):
        self.epochs[number] = replace(self.epochs[number], state=EpochState.CLOSED)


class InDynamo(DynamoKeys):
    def open_epoch(self, number=1):
        tables.open_epoch(self._client, boto3.client("kms"), self._table, number)

    def close(self, number):
        self._set(epoch_item(number), "state", EpochState.CLOSED.value)

    def _set(self, key, name, value):
        self._client.update_item(
            TableName=self._table,
            Key=encode(key),
            UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues=encode({":value": value}),
        )


@pytest.fixture(params=["memory", "dynamodb"])
def empty(request):
    if request.param == "memory":
        yield InMemory()
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        yield InDynamo(client, "keys", table_writer(client))


@pytest.fixture
def keys(empty):
    """With an open epoch."""
    empty.open_epoch()
    return empty


def stored(keys, key_id=KEY.id):
    return keys.load([key_id], consistent=True).get(key_id)


def test_a_key_comes_back_as_it_was_stored(keys):
    assert keys.create(KEY, replaces=None)
    assert stored(keys) == KEY


def test_a_key_is_created_once(keys):
    assert keys.create(KEY, replaces=None)
    assert not keys.create(replace(KEY, wrapped=b"another"), replaces=None)
    assert stored(keys) == KEY


def test_a_key_is_created_under_an_open_epoch_only(empty):
    assert not empty.create(KEY, replaces=None)
    empty.open_epoch()
    assert not empty.create(replace(KEY, epoch=2), replaces=None)
    empty.close(1)
    assert not empty.create(KEY, replaces=None)
    assert stored(empty) is None


def test_a_destroyed_key_makes_room_for_its_next_version(keys):
    keys.create(KEY, replaces=None)
    keys.destroy(KEY, now_ms=NOW + 5)
    gone = stored(keys)
    second = replace(KEY, version=2, wrapped=b"second", destroyed=gone.destroyed)
    assert keys.create(second, replaces=gone)
    assert stored(keys) == second
    assert second.destroyed == {1: NOW + 5}


def test_a_version_that_is_not_the_stored_one_is_not_replaced(keys):
    second = replace(KEY, version=2, wrapped=b"second")
    assert not keys.create(second, replaces=KEY), "there is none"
    keys.create(KEY, replaces=None)
    assert not keys.create(second, replaces=KEY), "it still lives"
    keys.destroy(KEY, now_ms=NOW)
    gone = stored(keys)
    assert not keys.create(second, replaces=None), "it was there before"
    assert not keys.create(replace(second, version=3), replaces=replace(gone, version=2))
    assert keys.create(second, replaces=gone)
    assert not keys.create(replace(second, wrapped=b"rival"), replaces=gone), "another was faster"
    assert stored(keys).wrapped == b"second"


def test_of_a_destroyed_key_nothing_is_left_but_when(keys):
    keys.create(KEY, replaces=None)
    assert keys.destroy(KEY, now_ms=NOW + 5)
    assert stored(keys) == replace(KEY, wrapped=None, destroyed={1: NOW + 5})


def test_a_destroyed_key_waits_for_no_new_epoch(keys):
    keys.create(KEY, replaces=None)
    keys.destroy(KEY, now_ms=NOW)
    if isinstance(keys, InDynamo):
        assert keys._client.scan(TableName="keys", IndexName="by_epoch")["Items"] == []


def test_a_key_is_destroyed_once(keys):
    """Asked again, with the key as it was or as it is, the moment stays what it was."""
    keys.create(KEY, replaces=None)
    keys.destroy(KEY, now_ms=NOW + 5)
    assert not keys.destroy(KEY, now_ms=NOW + 6)
    assert not keys.destroy(stored(keys), now_ms=NOW + 7)
    assert stored(keys).destroyed == {1: NOW + 5}


def test_a_key_nobody_made_is_not_destroyed(keys):
    assert not keys.destroy(KEY, now_ms=NOW)
    assert not keys.destroy(replace(KEY, wrapped=None), now_ms=NOW)
    assert stored(keys) is None


@pytest.mark.parametrize("changed", [{"wrapped": b"under another epoch"}, {"version": 2}])
def test_a_key_that_changed_since_it_was_read_is_not_destroyed(keys, changed):
    keys.create(KEY, replaces=None)
    assert not keys.destroy(replace(KEY, **changed), now_ms=NOW)
    assert stored(keys) == KEY


def test_a_held_key_is_not_destroyed(keys):
    keys.create(KEY, replaces=None)
    assert all(keys.hold(KEY.id, hold_id) for hold_id in ("h_1", "h_2", "h_1"))
    held = stored(keys)
    assert held.holds == {"h_1", "h_2"}
    assert not keys.destroy(KEY, now_ms=NOW)
    assert not keys.destroy(held, now_ms=NOW)
    assert stored(keys).wrapped == KEY.wrapped


def test_a_key_is_held_until_its_last_hold_releases_it(keys):
    keys.create(KEY, replaces=None)
    for hold_id in ("h_1", "h_2"):
        keys.hold(KEY.id, hold_id)
    for _ in range(2):
        keys.release(KEY.id, "h_1")
    keys.release(KEY.id, "h_nobody")
    assert stored(keys).holds == {"h_2"}
    assert not keys.destroy(KEY, now_ms=NOW)

    keys.release(KEY.id, "h_2")
    assert stored(keys) == KEY
    assert keys.destroy(KEY, now_ms=NOW)


def test_of_what_never_was_nothing_is_held(keys):
    assert not keys.hold("nnobody~0", "h_1")
    keys.release("nnobody~0", "h_1")
    assert keys.load(["nnobody~0"], consistent=True) == {}


def test_a_hold_on_a_destroyed_key_keeps_the_next_version(keys):
    keys.create(KEY, replaces=None)
    keys.destroy(KEY, now_ms=NOW)
    gone = stored(keys)
    second = replace(KEY, version=2, wrapped=b"second", destroyed=gone.destroyed)
    assert keys.hold(KEY.id, "h_1")

    assert not keys.create(second, replaces=gone), "the hold would be lost"
    held = stored(keys)
    assert keys.create(replace(second, holds=held.holds), replaces=held)
    assert not keys.destroy(stored(keys), now_ms=NOW)


def test_a_key_that_is_stored_with_its_holds_keeps_them(keys):
    keys.create(replace(KEY, holds=frozenset({"h_1"})), replaces=None)
    assert stored(keys).holds == {"h_1"}
    assert not keys.destroy(stored(keys), now_ms=NOW)


def test_every_version_that_was_destroyed_is_remembered(keys):
    keys.create(KEY, replaces=None)
    keys.destroy(KEY, now_ms=NOW + 1)
    second = replace(KEY, version=2, wrapped=b"second", destroyed={1: NOW + 1})
    keys.create(second, replaces=stored(keys))
    assert keys.destroy(second, now_ms=NOW + 2)
    assert stored(keys).destroyed == {1: NOW + 1, 2: NOW + 2}


def test_many_keys_are_loaded_at_once_whatever_became_of_them(keys):
    made = [replace(KEY, id=f"n{n}~0", wrapped=b"%d" % n) for n in range(230)]
    for key in made:
        assert keys.create(key, replaces=None)
    keys.destroy(made[0], now_ms=NOW)
    wanted = [key.id for key in made]
    found = keys.load([*wanted, *wanted, "nobody~0"])
    assert found.keys() == set(wanted)
    assert found["n0~0"].wrapped is None
    assert all(found[key.id] == key for key in made[1:])
    assert keys.load([]) == {}


def test_the_current_epoch_is_the_one_opened_last(empty):
    assert empty.current_epoch() is None
    empty.open_epoch(1)
    first = empty.current_epoch()
    assert (first.number, first.state) == (1, EpochState.OPEN)
    empty.open_epoch(2)
    assert empty.current_epoch().number == 2
    assert empty.epoch(1) == replace(first, state=EpochState.CLOSED)
    assert empty.epoch(3) is None


# --- DynamoDB alone ------------------------------------------------------------------------------


def test_an_index_that_still_lists_what_has_moved_hides_no_key_that_has_not():
    people = [f"n{number}~0" for number in range(30)]
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        keys, epochs = InDynamo(client, "keys", table_writer(client)), DynamoEpochs(client, "keys")
        keys.open_epoch()
        for person in people:
            keys.create(replace(KEY, id=person), replaces=None)
            # as the index shows a key for a while after it has moved
            keys._set(key_item(person), "epoch", 2)
        for left in people:
            keys._set(key_item(left), "epoch", 1)
            assert [key.id for key in epochs.under(1, limit=2)] == [left]
            keys._set(key_item(left), "epoch", 2)
        assert epochs.under(1, limit=2) == []
