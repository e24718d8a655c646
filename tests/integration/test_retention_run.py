"""Whole runs of retention through its function (moto): what goes, what is told of it."""

import io
import json
from collections import Counter

import boto3
import botocore.client
import pytest
from moto import mock_aws

from functions.core.audit.vocabulary import Action
from functions.core.consent.vocabulary import Purpose
from functions.core.conversations.minimising import minimising
from functions.core.retention.closing import sha256_of
from functions.core.retention.kinds import DataKind
from functions.core.runtime import clock
from functions.core.runtime.expression import Expression
from infra.workflows.retention import retention_definition
from tests.fakes import retention
from tests.fakes.retention import World, ago, call, found, run

CONFIG = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}


@pytest.fixture
def world(monkeypatch):
    with mock_aws(config=CONFIG):
        retention.create_stores()
        retention.environment(monkeypatch)
        monkeypatch.setattr(clock, "now_ms", lambda: retention.NOW)
        yield World()


def planted(world):
    """One of everything that is due, and somebody of whom nothing is."""
    old, new = world.person(1, since=ago(300)), world.person(2, since=ago(50))
    world.message(old, ago(200), members=2, large=True, medium=True)
    world.consent(old, ago(200))
    world.upload("f_up", ago(200))
    world.export("e_1", ago(200))
    world.account("u1", ago(200))
    world.message(new, ago(20), medium=True)
    world.consent(new, ago(20))
    return old, new


EVERYTHING = {
    "conversations.message": 1, "conversations.participant": 2, "conversations.media": 2,
    "conversations.access": 1, "conversations.thread": 1, "conversations.account": 1,
    "conversations.node": 1, "conversations.alias": 1,
    "consent.event": 1, "consent.state": 1, "consent.wish": 2, "consent.request": 1,
    "compliance.export": 1, "media.object": 3, "keys.key": 2,
}  # fmt: skip


def test_a_run_takes_what_is_due_from_every_store_and_nothing_else(world):
    old, new = planted(world)
    told = run()
    assert told["status"] == "done"
    assert told["counts"] == EVERYTHING
    assert (told["held"], told["overdue"]) == ({}, 0)
    left = world.left() | world.left("consent")
    assert not [each for each in left if old in each]
    assert len([each for each in left if new in each]) == 7
    assert len(world.objects()) == 2


def test_a_dry_run_says_exactly_what_a_run_then_does_and_changes_nothing(world):
    planted(world)
    before = world.left() | world.left("consent")
    dry = run("dry", dry_run=True)
    assert dry["counts"] == EVERYTHING
    assert dry["document"] is None
    assert world.left() | world.left("consent") == before
    assert len(world.objects()) == 6
    assert run()["counts"] == EVERYTHING


def test_what_went_is_told_in_a_locked_document_whose_hash_is_in_the_audit_log(world):
    old, _ = planted(world)
    told = run()
    body = boto3.client("s3").get_object(Bucket="archive", Key=told["document"])
    assert body["ObjectLockMode"] == "GOVERNANCE"
    document = json.loads(body["Body"].read())
    assert document["counts"] == EVERYTHING
    assert sha256_of(document) == told["sha256"]
    assert document["rules"]["communications"]["keep_days"] == 100
    (ids,) = [
        json.loads(boto3.client("s3").get_object(Bucket="archive", Key=name)["Body"].read())["ids"]
        for name in document["ids"]
    ]
    # objects and keys are no records
    assert len(ids) == sum(EVERYTHING.values()) - 5
    assert f"NODE#{old}|NODE" in ids
    assert "ALIAS" in ids
    (entry,) = [e for e in world.entries() if e["action"] == Action.DISPOSITION_DONE]
    assert entry["facts"]["sha256"] == told["sha256"]
    assert not [each for each in world.left("compliance") if each.startswith("DISPOSED")]


def test_content_that_is_kept_for_days_goes_in_the_same_run_and_is_told_of(world, monkeypatch):
    rules = '{"service": {"days": 7}}'
    monkeypatch.setenv("AMANA_CONTENT_RULES", rules)
    retention.start_anew()
    node = world.person(1, since=ago(50))
    key, at_ms = world.message(node, ago(8), medium=True), ago(8)
    due = Expression()
    name = key.pk.partition("#")[2]
    for attribute, value in (
        minimising(rules).due_attributes(Purpose.SERVICE, name, at_ms, by=node).items()
    ):
        due.set(attribute, value)
    assert world.plain.update(due, key)
    counts = {
        "conversations.content": 1, "conversations.media": 1, "conversations.access": 1,
        "media.object": 1,
    }  # fmt: skip
    assert run("dry", dry_run=True)["counts"] == counts
    told = run()
    assert (told["status"], told["counts"]) == ("done", counts)
    [fact] = world.plain.load([key])[key]["facts"].values()
    assert (fact["withheld"], "sealed" in fact) == ("shortened", False)
    assert run("run-2")["counts"] == {}


def test_a_second_run_finds_nothing(world):
    planted(world)
    run()
    assert run("run-2")["counts"] == {}


def test_what_is_held_is_counted_every_time_and_is_not_overdue(world):
    old, _ = planted(world)
    world.hold(old)
    told = run()
    # the message, its file, the event of consent, its request and wish, and the person
    assert told["held"]["h_1"] >= 5
    assert told["overdue"] == 0
    assert run("run-2")["held"] == told["held"]
    world.guards.change([retention.node_key(old)], "h_1", None)
    assert (Counter(run("run-3")["counts"]) + Counter(told["counts"])) == EVERYTHING


def test_what_a_failed_run_left_is_overdue_and_raises_a_metric(world, capsys):
    planted(world)
    call({"step": "begin", "run_id": "r", "started_at": "2026-09-21T13:33:20+00:00",
          "dry_run": False})  # fmt: skip
    call({"step": "finish", "run_id": "r"})
    assert found("r")["overdue"] == 8
    assert '"RetentionOverdue":8' in capsys.readouterr().out


def test_a_step_that_has_no_time_left_goes_on_in_the_next(world, monkeypatch):
    for number in range(5):
        world.message(world.person(number, since=ago(300)), ago(200))
    monkeypatch.setenv("AMANA_STEP_SECONDS", "0")
    retention.start_anew()
    assert run()["counts"] == {
        "conversations.message": 5, "conversations.thread": 5, "conversations.node": 5,
        "conversations.alias": 5, "keys.key": 5,
    }  # fmt: skip


def test_a_run_that_failed_tells_what_it_had_deleted(world):
    planted(world)
    run(finish=False)
    call({"step": "fail", "run_id": "run-1"})
    told = found()
    assert told["status"] == "failed"
    assert told["counts"] == EVERYTHING
    assert told["document"]


class Lambda:
    """Step Functions of moto calls Lambda: here is the function itself."""

    def __init__(self, monkeypatch, *, fail_at=None):
        self.steps, self.fail_at, real = [], fail_at, botocore.client.BaseClient._make_api_call

        def called(client, operation, params):
            return self.invoke(params) if operation == "Invoke" else real(client, operation, params)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", called)

    def invoke(self, params):
        payload = json.loads(params["Payload"])
        self.steps.append(payload["step"])
        if payload["step"] == self.fail_at:
            self.fail_at = None
            told, error = {"errorType": "StoreUnavailableError"}, {"FunctionError": "Unhandled"}
        else:
            told, error = call(payload), {}
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(told).encode()), **error,
                "ResponseMetadata": {"HTTPHeaders": {}, "HTTPStatusCode": 200}}  # fmt: skip


def executed(*, name, dry_run):
    machines = boto3.client("stepfunctions")
    definition = retention_definition(
        "arn:aws:lambda:eu-central-1:123456789012:function:retention",
        step_seconds=60, most_seconds=600, at_once=8,
    )  # fmt: skip
    text = json.dumps(definition)
    machine = machines.create_state_machine(
        name="retention",
        definition=without_tokens(text),
        roleArn="arn:aws:iam::123456789012:role/states",
    )
    begun = machines.start_execution(
        stateMachineArn=machine["stateMachineArn"], name=name,
        input=json.dumps({"dry_run": dry_run}),
    )  # fmt: skip
    for _ in range(600):
        told = machines.describe_execution(executionArn=begun["executionArn"])
        if told["status"] != "RUNNING":
            return told
        real_sleep(0.1)
    raise AssertionError("the execution did not end")


def without_tokens(text):
    import re

    return re.sub(r"\$\{Token\[AWS\.Partition[^]]*\]\}", "aws", text)


def real_sleep(seconds):
    import time

    time.sleep(seconds)


def test_the_workflow_does_all_of_it_and_overcomes_a_step_that_fails_once(world, monkeypatch):
    planted(world)
    function = Lambda(monkeypatch, fail_at="finish")
    told = executed(name="run-1", dry_run=False)
    assert told["status"] == "SUCCEEDED"
    assert function.steps.count("plan") == 4
    assert function.steps.count("dispose") == 25
    assert found()["counts"] == EVERYTHING


def test_units_of_every_kind_have_a_table(world):
    planted(world)
    listing = world.disposer().listing
    kinds = {
        kind for kind in DataKind for shard in range(8)
        if kind in retention_tables() and list(listing.due(kind, shard, before_ms=retention.CUT))
    }  # fmt: skip
    assert kinds == {
        DataKind.COMMUNICATIONS, DataKind.CONTACT, DataKind.CONSENT, DataKind.ACCOUNT,
        DataKind.EXPORT,
    }  # fmt: skip


def retention_tables():
    from functions.core.retention.listing import TABLES

    return TABLES
