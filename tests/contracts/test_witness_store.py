"""Where a witness keeps the last checkpoint of each log: fake and table behave alike."""

import boto3
import pytest
from moto import mock_aws

from functions.core.audit.witness_dynamodb import DynamoCosigned
from tests.fakes import tables
from tests.fakes.audit_log import ORIGIN, Signer
from tests.fakes.witnessing import Leaves, MemoryCosigned

LOG, FORK = Leaves(), Leaves("b")
ONE, TWO, THREE = (LOG.checkpoint(size) for size in (1, 2, 3))


@pytest.fixture(params=["memory", "dynamodb"])
def store(request):
    if request.param == "memory":
        yield MemoryCosigned()
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        yield DynamoCosigned(client, "witness")


def test_of_a_log_never_seen_nothing_is_known(store):
    assert store.last(ORIGIN) is None


def test_the_last_one_is_given_back_with_its_signatures(store):
    assert store.move(ONE, None)
    assert store.last(ORIGIN) == ONE
    assert store.move(TWO, ONE)
    assert store.last(ORIGIN) == TWO


def test_an_empty_log_is_something_known(store):
    empty = LOG.checkpoint(0)
    assert store.move(empty, None)
    assert store.last(ORIGIN) == empty
    assert not store.move(ONE, None)
    assert store.move(ONE, empty)


@pytest.mark.parametrize("before", [None, ONE, THREE, FORK.checkpoint(2)])
def test_what_moved_meanwhile_is_not_overwritten(store, before):
    assert store.move(TWO, None)
    assert not store.move(THREE, before)
    assert store.last(ORIGIN) == TWO


def test_the_same_tree_signed_again_is_the_same_one(store):
    """Signatures of ECDSA differ each time."""
    assert store.move(TWO, None)
    assert store.move(THREE, LOG.checkpoint(2))


def test_logs_do_not_mix(store):
    other = Leaves(origin="other.example", signer=Signer("other.example")).checkpoint(9)
    assert store.move(ONE, None)
    assert store.move(other, None)
    assert (store.last(ORIGIN), store.last("other.example")) == (ONE, other)


@mock_aws
def test_an_item_stands_under_the_logs_origin():
    client = boto3.client("dynamodb")
    tables.create(client)
    DynamoCosigned(client, "witness").move(TWO, None)
    (item,) = client.scan(TableName="witness")["Items"]
    assert item == {
        "pk": {"S": f"LOG#{ORIGIN}"},
        "size": {"N": "2"},
        "root": {"B": TWO.root},
        "note": {"B": TWO.note},
    }
