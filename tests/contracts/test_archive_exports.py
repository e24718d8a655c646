"""Stores of exports twice: in memory and on DynamoDB, S3 and Step Functions (moto)."""

import json
from dataclasses import dataclass
from math import inf
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.core.archive.exports.aws import DynamoExports, S3Shelf, StepFunctions
from functions.core.archive.exports.model import Export, File, Scope, State
from functions.core.archive.store import Kept
from functions.core.contacts.model import Span
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes.archive import Room, create_archive
from tests.fakes.exports import MemoryExports, MemoryShelf

NAMES = [
    f"segments/2026/09/{day}/one/{n}"
    for day in ("20", "21")
    for n in ("1.manifest.json", "1.ndjson.gz")
]
FILES = [
    File("export.json", "e_1/run/export.json", 10, "0" * 64),
    File("transcript.html", "e_1/run/transcript.html", 20, "1" * 64),
]


@dataclass
class Stores:
    exports: Any
    shelf: Any


@pytest.fixture(params=["memory", "aws"])
def stores(request):
    objects = {name: name.encode() for name in [*NAMES, "objects/a", "proofs/b"]}
    if request.param == "memory":
        room = Room()
        room.vault.objects = {name: Kept(data, None) for name, data in objects.items()}
        yield Stores(MemoryExports(), MemoryShelf(room))
        return
    with mock_aws():
        create_archive()
        s3 = boto3.client("s3")
        for name, data in objects.items():
            s3.put_object(Bucket="archive", Key=name, Body=data)
        table = DynamoExports(boto3.client("dynamodb"), "compliance")
        yield Stores(table, S3Shelf(Paged(s3), "archive"))


class Paged:
    """Two names a page, as a large bucket gives a thousand."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def list_objects_v2(self, **request):
        return self._client.list_objects_v2(**request, MaxKeys=2)


def export(**changes):
    told = {
        "id": "e_1",
        "state": State.RUNNING,
        "client": "auditor",
        "created_ms": 5,
        "body_digest": "d",
        "scope": Scope(
            contact_id="n1~5",
            phone_number_id="1",
            spans=(Span("n1", -inf, 7), Span("n2", 7, inf)),
            from_ms=1,
        ),
        "sealed_reason": b"sealed",
    }
    return Export(**{**told, **changes})


def test_an_export_comes_back_as_it_was(stores):
    assert stores.exports.load("e_1") is None
    assert stores.exports.create(export())
    assert stores.exports.load("e_1") == export()
    everybody = export(id="e_2", scope=Scope(to_ms=9))
    assert stores.exports.create(everybody)
    assert stores.exports.load("e_2") == everybody


def test_of_two_exports_of_one_id_the_first_stays(stores):
    assert stores.exports.create(export())
    assert not stores.exports.create(export(client="other"))
    assert stores.exports.load("e_1").client == "auditor"


def test_an_export_is_planned_once_and_only_while_it_runs(stores):
    assert not stores.exports.planned("e_1", "run", 3)
    stores.exports.create(export())
    assert stores.exports.planned("e_1", "run", 3)
    assert not stores.exports.planned("e_1", "other", 4)
    planned = stores.exports.load("e_1")
    assert (planned.run, planned.parts) == ("run", 3)


def test_an_export_ends_once(stores):
    told = {"counts": {"messages": 2}, "completeness": {"complete": True, "findings": []}}
    assert not stores.exports.finished("e_1", files=FILES, **told)
    stores.exports.create(export())
    assert stores.exports.finished("e_1", files=FILES, **told)
    assert not stores.exports.finished("e_1", files=[], **told)
    assert not stores.exports.failed("e_1", "late")
    done = stores.exports.load("e_1")
    assert (done.state, done.files, done.error) == (State.READY, tuple(FILES), None)
    assert (done.counts, done.completeness) == (told["counts"], told["completeness"])


def test_an_export_that_failed_stays_so(stores):
    stores.exports.create(export())
    assert stores.exports.failed("e_1", "too_large")
    assert not stores.exports.finished("e_1", files=FILES, counts={}, completeness={})
    assert not stores.exports.planned("e_1", "run", 3)
    assert (stores.exports.load("e_1").state, stores.exports.load("e_1").error) == (
        State.FAILED,
        "too_large",
    )


def test_bytes_are_taken_once_in_order_file_by_file(stores):
    stores.exports.create(export())
    assert not stores.exports.take("e_1", 0, 0, 4), "not before it is ready"
    stores.exports.finished("e_1", files=FILES, counts={}, completeness={})
    assert stores.exports.take("e_1", 0, 0, 4)
    assert not stores.exports.take("e_1", 0, 0, 4)
    assert not stores.exports.take("e_1", 0, 4, 9)
    assert stores.exports.take("e_1", 0, 6, 9)
    assert stores.exports.take("e_1", 1, 0, 0)
    assert [file.next for file in stores.exports.load("e_1").files] == [10, 1]
    assert [file.is_fetched for file in stores.exports.load("e_1").files] == [True, False]


def test_names_come_in_order_from_where_one_asks(stores):
    assert [name for name, _ in stores.shelf.names(after="segments/")] == NAMES
    assert [name for name, _ in stores.shelf.names(after="segments/2026/09/21/")] == NAMES[2:]
    assert dict(stores.shelf.names(after=""))[NAMES[0]] == len(NAMES[0])
    assert list(stores.shelf.names(after="segments/2027/")) == []


def test_objects_are_read_whole_or_are_not_there(stores):
    assert stores.shelf.read("objects/a") == b"objects/a"
    assert stores.shelf.read("objects/b") is None


def test_a_workflow_is_started_once_for_each_export():
    with mock_aws():
        client = boto3.client("stepfunctions")
        arn = client.create_state_machine(
            name="exports",
            definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/x",
        )["stateMachineArn"]
        machine = StepFunctions(client, arn)
        for _ in range(2):
            machine.start("e_1")
        (execution,) = client.list_executions(stateMachineArn=arn)["executions"]
        told = client.describe_execution(executionArn=execution["executionArn"])
        assert (execution["name"], json.loads(told["input"])) == ("e_1", {"export_id": "e_1"})
        with pytest.raises(StoreUnavailableError):
            StepFunctions(client, f"{arn}x").start("e_2")
