"""Tombstones on DynamoDB: kept for as long as anything can be on its way, and no longer."""

import boto3
import pytest
from moto import mock_aws

from functions.core.contacts.tombstones import KEPT_DAYS, DynamoTombstones
from tests.fakes import tables

DAY_MS = 86_400_000


class Clock:
    ms = 1_790_000_000_000

    def now_ms(self):
        return self.ms


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def stones(clock):
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        yield DynamoTombstones(client, "ephemeral", now_ms=clock.now_ms)


def test_what_was_erased_is_told_with_its_moment_and_nothing_else_is(stones, clock):
    stones.put({"one": clock.ms, "two": clock.ms - 5})
    assert stones.erased(["one", "two", "three"]) == {"one": clock.ms, "two": clock.ms - 5}


def test_what_has_expired_counts_no_more_though_it_is_still_there(stones, clock):
    stones.put({"one": clock.ms})
    clock.ms += (KEPT_DAYS - 1) * DAY_MS
    assert stones.erased(["one"])
    clock.ms += 2 * DAY_MS
    assert stones.erased(["one"]) == {}


def test_erased_again_it_is_kept_from_then_on(stones, clock):
    stones.put({"one": 5})
    clock.ms += (KEPT_DAYS - 1) * DAY_MS
    stones.put({"one": 6})
    clock.ms += 2 * DAY_MS
    assert stones.erased(["one"]) == {"one": 6}
