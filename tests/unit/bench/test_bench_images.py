"""DynamoDB requests as botocore shows them, turned into charges."""

import pytest

from bench import images
from bench.images import Charge
from bench.infrastructure import Infrastructure

KEY = {"pk": {"S": "THREAD#1"}, "sk": {"S": "THREAD"}}


def schema(*names):
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds, strict=False)]


def template():
    index = {"IndexName": "recent", "KeySchema": schema("shard", "at")}
    tables = {
        "A": {"KeySchema": schema("pk", "sk"), "GlobalSecondaryIndexes": [index]},
        "B": {"KeySchema": schema("pk")},
        "C": {"KeySchema": schema("pk")},
        "D": {"KeySchema": schema("pk", "sk")},
        "E": {"KeySchema": schema("pk")},
    }
    outputs = {
        "ConversationsTable": "A",
        "ConsentTable": "D",
        "EphemeralTable": "B",
        "KeysTable": "C",
        "ComplianceTable": "D",
        "OutboxTable": "E",
    }
    return {
        "Resources": {
            name: {"Type": "AWS::DynamoDB::Table", "Properties": properties}
            for name, properties in tables.items()
        },
        "Outputs": {name: {"Value": {"Ref": table}} for name, table in outputs.items()},
    }


@pytest.fixture
def infrastructure():
    return Infrastructure({"data": template()})


def item(at, size=0):
    return {**KEY, "shard": {"S": "1"}, "at": {"S": at}, "text": {"S": "x" * size}}


class Table:
    """Items by their table and key, changed between the two looks at them."""

    def __init__(self, before, after):
        self.images = [before, after]

    def __call__(self, _table, _key):
        return self.images.pop(0)


def charged(infrastructure, operation, params, before, after):
    read = Table(before, after)
    found = images.touched(operation, params, infrastructure, read)
    return images.writes(found, infrastructure, read)


UPDATE = {"TableName": "conversations", "Key": KEY}


def test_an_update_that_moves_an_index_entry_pays_for_item_and_both_entries(infrastructure):
    charges = charged(infrastructure, "UpdateItem", UPDATE, item("1"), item("2", 1500))
    assert charges == [
        Charge("write", "THREAD", "table", 2),
        Charge("write", "THREAD", "recent", 2),
    ]


def test_a_transaction_doubles_the_item_and_not_the_index_entry(infrastructure):
    params = {"TransactItems": [{"Update": UPDATE}]}
    charges = charged(infrastructure, "TransactWriteItems", params, {}, item("1"))
    assert charges == [
        Charge("write", "THREAD", "table", 2),
        Charge("write", "THREAD", "recent", 1),
    ]


def test_a_refused_condition_is_charged_by_the_item_that_stood_in_the_way(infrastructure):
    charges = charged(infrastructure, "UpdateItem", UPDATE, item("1", 3000), item("1", 3000))
    assert charges == [Charge("write", "THREAD", "table", 3)]


def test_a_put_takes_its_key_from_the_item(infrastructure):
    params = {"TableName": "ephemeral", "Item": {"pk": {"S": "PACE#1"}, "used": {"N": "1"}}}
    found = images.touched("PutItem", params, infrastructure, lambda *_: {})
    assert found[0].key == {"pk": {"S": "PACE#1"}}


def test_a_check_in_a_transaction_is_charged_like_a_write(infrastructure):
    check = {"TableName": "keys", "Key": {"pk": {"S": "EPOCH#1"}}}
    params = {"TransactItems": [{"ConditionCheck": check}]}
    found = {"pk": {"S": "EPOCH#1"}, "state": {"S": "open"}}
    charges = charged(infrastructure, "TransactWriteItems", params, found, found)
    assert charges == [Charge("write", "EPOCH", "table", 2)]


def test_a_batch_is_charged_key_by_key_also_for_what_is_missing():
    other = {"pk": {"S": "NODE#1"}, "sk": {"S": "NODE"}}
    params = {"RequestItems": {"conversations": {"Keys": [KEY, other], "ConsistentRead": False}}}
    answer = {"Responses": {"conversations": [item("1", 5000)]}}
    assert images.reads("BatchGetItem", params, answer) == [
        Charge("read", "THREAD", "table", 1),
        Charge("read", "NODE", "table", 0.5),
    ]


def test_a_consistent_read_costs_twice():
    params = {"RequestItems": {"conversations": {"Keys": [KEY], "ConsistentRead": True}}}
    [charge] = images.reads("BatchGetItem", params, {"Responses": {}})
    assert charge.units == 1


def test_a_query_is_charged_to_its_index():
    entry = {**KEY, "shard": {"S": "1"}, "at": {"S": "1"}}
    [charge] = images.reads("Query", {"IndexName": "recent"}, {"Items": [entry] * 3})
    assert charge == Charge("read", "", "recent", 0.5)


def test_writes_read_nothing():
    assert images.reads("UpdateItem", UPDATE, {}) == []
