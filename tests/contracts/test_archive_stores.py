"""The archive's stores twice: in memory and on S3 and DynamoDB (moto), through the same suite."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.core.archive.aws import DynamoHeads, S3Vault
from functions.core.archive.segment import Head
from tests.fakes.archive import MemoryHeads, MemoryVault, create_archive

UNTIL = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
FIRST, SECOND = Head(9, "segments/a", "0" * 64), Head(10, "segments/b", "1" * 64)


@dataclass
class Stores:
    vault: Any
    heads: Any


@pytest.fixture(params=["memory", "aws"])
def stores(request):
    if request.param == "memory":
        yield Stores(MemoryVault(), MemoryHeads())
        return
    with mock_aws():
        create_archive()
        vault = S3Vault(boto3.client("s3"), "archive", mode="GOVERNANCE")
        yield Stores(vault, DynamoHeads(boto3.client("dynamodb"), "compliance"))


def test_what_is_there_is_never_replaced(stores):
    assert stores.vault.read("segments/a") is None
    assert stores.vault.add("segments/a", b"first", until=UNTIL)
    assert not stores.vault.add("segments/a", b"second", until=UNTIL)
    kept = stores.vault.read("segments/a")
    assert (kept.data, kept.until) == (b"first", UNTIL)


def test_a_lock_that_would_be_over_already_holds_for_a_moment():
    with mock_aws():
        create_archive()
        vault = S3Vault(boto3.client("s3"), "archive", mode="GOVERNANCE")
        assert vault.add("segments/late", b"x", until=datetime.now(UTC) - timedelta(hours=2))
        assert vault.read("segments/late").until > datetime.now(UTC)


def test_a_head_moves_only_from_where_it_was_seen(stores):
    assert stores.heads.read("one") is None
    assert stores.heads.move("one", None, FIRST)
    assert not stores.heads.move("one", None, SECOND)
    assert stores.heads.read("one") == FIRST
    assert stores.heads.move("one", FIRST, SECOND)
    assert not stores.heads.move("one", FIRST, SECOND)
    assert stores.heads.read("one") == SECOND
    assert stores.heads.read("two") is None


def test_all_heads_are_told_however_many_there_are(stores):
    assert stores.heads.all() == {}
    long = "x" * 200_000  # a page of DynamoDB ends at 1 MB
    wanted = {f"shard-{n}": Head(n, f"{long}{n}", "0" * 64) for n in range(12)}
    for shard, head in wanted.items():
        assert stores.heads.move(shard, None, head)
    assert stores.heads.all() == wanted
