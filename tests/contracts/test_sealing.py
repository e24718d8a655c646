"""Sealed records over memory, and over DynamoDB and KMS (moto): the same in, the same out."""

from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.errors import CiphertextRefusedError, KeyDestroyedError
from functions.core.content.keyring import KeyRing
from functions.core.content.kms import KmsRoots
from functions.core.content.records import SealedRecords, Sealing
from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.read_dynamodb import S3BlobSource
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.records import Key, Write
from tests.fakes import tables
from tests.fakes.audit import table_writer
from tests.fakes.keys import MemoryKeys, MemoryRoots
from tests.fakes.records import MemoryRecords
from tests.unit.content.test_sealed_records import EXAMPLES, INTENT, MESSAGE

NOW = 1_790_000_000_000


@dataclass
class Stores:
    """`table`: what lies there. Every ring is another environment's."""

    table: Any
    keys: Any
    roots: Any

    def ring(self):
        return KeyRing(store=self.keys, roots=self.roots)

    def records(self):
        return SealedRecords(self.table, Sealing(self.ring()))


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request):
    if request.param == "memory":
        keys = MemoryKeys()
        keys.open_epoch()
        yield Stores(MemoryRecords(), keys, MemoryRoots())
        return
    with mock_aws():
        client, kms = boto3.client("dynamodb"), boto3.client("kms")
        tables.create(client)
        tables.open_epoch(client, kms)
        table = DynamoRecords(client, "conversations")
        yield Stores(table, DynamoKeys(client, "keys", table_writer(client)), KmsRoots(kms))


@pytest.mark.parametrize(("key", "item"), EXAMPLES)
def test_another_environment_reads_what_was_written(stores, key, item):
    assert stores.records().write(Write(key, {**item, "digest": "d"}, None))
    assert b"canary" not in repr(stores.table.load([key])).encode()
    assert stores.records().load([key]) == {key: {**key._asdict(), **item, "digest": "d"}}


@pytest.mark.parametrize(("key", "item"), EXAMPLES)
def test_two_environments_write_the_same_bytes(stores, key, item):
    stores.records().write(Write(key, {**item, "digest": "d"}, None))
    before = stores.table.load([key])
    stores.records().write(Write(key, {**item, "digest": "d"}, "d"))
    assert stores.table.load([key]) == before


def test_an_item_under_another_key_is_refused(stores):
    elsewhere = Key("MESSAGE#m_other", "MESSAGE")
    stores.records().write(Write(MESSAGE, {**INTENT, "digest": "d"}, None))
    stored = stores.table.load([MESSAGE])[MESSAGE]
    moved = {name: value for name, value in stored.items() if name not in ("pk", "sk")}
    stores.table.write(Write(elsewhere, moved, None))
    with pytest.raises(CiphertextRefusedError):
        stores.records().load([elsewhere])
    assert stores.records().load([MESSAGE])[MESSAGE]["intent"] == INTENT["intent"]


def test_a_destroyed_key_takes_its_own_content_along_and_no_other(stores):
    stores.records().write(Write(MESSAGE, {**INTENT, "digest": "d"}, None))
    before = stores.table.load([MESSAGE])
    (key,) = stores.keys.load(["n1~0"]).values()
    assert stores.keys.destroy(key, now_ms=NOW)
    shown = stores.records().load([MESSAGE])[MESSAGE]
    assert (shown["destroyed_ms"], shown["facts"]["f1"]["destroyed_ms"]) == (NOW, NOW)
    assert shown["facts"]["f2"]["raw"] == "two"
    assert "intent" not in shown
    written = {name: value for name, value in shown.items() if name not in ("pk", "sk")}
    stores.records().write(Write(MESSAGE, written, "d"))
    assert stores.table.load([MESSAGE]) == before


def test_who_comes_back_after_a_destruction_gets_a_key_of_a_new_version(stores):
    stores.records().write(Write(MESSAGE, {**INTENT, "digest": "d"}, None))
    (key,) = stores.keys.load(["n1~0"]).values()
    stores.keys.destroy(key, now_ms=NOW)
    again = Key("MESSAGE#m_b", "MESSAGE")
    stores.records().write(Write(again, {**INTENT, "digest": "d"}, None))
    found = stores.records().load([MESSAGE, again])
    assert found[again]["intent"] == INTENT["intent"]
    assert "intent" not in found[MESSAGE]
    (now,) = stores.keys.load(["n1~0"]).values()
    assert (now.version, now.destroyed) == (2, {1: NOW})


def test_large_updates_are_sealed_objects_that_open_under_their_own_name_only():
    with mock_aws():
        client, kms, s3 = (boto3.client(name) for name in ("dynamodb", "kms", "s3"))
        tables.create(client)
        tables.open_epoch(client, kms)
        where = {"LocationConstraint": "eu-central-1"}
        s3.create_bucket(Bucket="media", CreateBucketConfiguration=where)
        keys = DynamoKeys(client, "keys", table_writer(client))
        S3Blobs(s3, "media", KeyRing(store=keys, roots=KmsRoots(kms))).put(
            "updates/a", b"canary", key_id="n1~0"
        )
        source = S3BlobSource(s3, "media", KeyRing(store=keys, roots=KmsRoots(kms)))
        assert b"canary" not in s3.get_object(Bucket="media", Key="updates/a")["Body"].read()
        assert source.get("updates/a", key_id="n1~0") == b"canary"
        assert source.get("updates/none", key_id="n1~0") is None
        s3.copy_object(Bucket="media", Key="updates/b", CopySource="media/updates/a")
        with pytest.raises(CiphertextRefusedError):
            source.get("updates/b", key_id="n1~0")
        with pytest.raises(KeyDestroyedError):
            source.get("updates/a", key_id="n2~0")
