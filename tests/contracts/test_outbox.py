"""The outbox: fake and table behave alike."""

import boto3
import pytest
from moto import mock_aws

from functions.core.audit.outbox import KEPT_DAYS, DynamoOutbox
from functions.core.audit.writer import Parcel
from tests.fakes import tables
from tests.fakes.audit import NOW_MS, MemoryOutbox

PARCEL = Parcel("a" * 32, "sender.1", 4, ("{}", '{"x":1}'))


@pytest.fixture(params=["memory", "dynamodb"])
def outbox(request):
    if request.param == "memory":
        yield MemoryOutbox()
        return
    with mock_aws():
        client = boto3.client("dynamodb")
        tables.create(client)
        yield DynamoOutbox(client, "outbox", now_ms=lambda: NOW_MS)


def test_writers_of_a_function_are_numbered_from_one(outbox):
    assert [outbox.open("sender"), outbox.open("sender"), outbox.open("media")] == [1, 2, 1]


def test_entries_are_stored_once(outbox):
    assert outbox.put(PARCEL)
    assert not outbox.put(Parcel(PARCEL.key, "sender.2", 0, ("{}",)))


def test_a_request_sent_again_finds_its_own_entries(outbox):
    """The answer to the first got lost, and the client asks again by itself."""
    assert outbox.put(PARCEL)
    assert outbox.put(PARCEL)


@mock_aws
def test_an_item_says_who_wrote_what_and_when_it_may_go():
    client = boto3.client("dynamodb")
    tables.create(client)
    DynamoOutbox(client, "outbox", now_ms=lambda: NOW_MS).put(PARCEL)
    (item,) = client.scan(TableName="outbox")["Items"]
    assert item == {
        "pk": {"S": PARCEL.key},
        "writer": {"S": "sender.1"},
        "seq": {"N": "4"},
        "entries": {"L": [{"S": "{}"}, {"S": '{"x":1}'}]},
        "expires_at": {"N": str(NOW_MS // 1000 + KEPT_DAYS * 86_400)},
    }


@mock_aws
def test_an_entry_in_a_transaction_is_there_with_what_it_is_about_or_not_at_all():
    client = boto3.client("dynamodb")
    tables.create(client)
    outbox = DynamoOutbox(client, "outbox", now_ms=lambda: NOW_MS)
    other = {
        "Put": {
            "TableName": "ephemeral",
            "Item": {"pk": {"S": "x"}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }
    client.transact_write_items(TransactItems=[other, outbox.action(PARCEL)])
    again = Parcel("b" * 32, "sender.1", 6, ("{}",))
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[other, outbox.action(again)])
    assert client.scan(TableName="outbox")["Count"] == 1
