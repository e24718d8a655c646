"""Rules and runs as callers see them: the routes of the API of retention over moto."""

import itertools
import json

import boto3
import pytest
from moto import mock_aws

from functions.core.runtime import clock
from functions.retention_api import handler as api
from functions.retention_api import wiring
from functions.retention_api.scopes import READ, RUN
from tests.fakes import retention
from tests.fakes.retention import NOW, World, ago
from tests.unit.messages_api.api import Context, event

REQUESTS = itertools.count(1)
RUNS = "/v1/retention/runs"


@pytest.fixture
def machine(monkeypatch):
    with mock_aws():
        retention.create_stores()
        retention.environment(monkeypatch)
        monkeypatch.setattr(clock, "now_ms", lambda: NOW)
        made = boto3.client("stepfunctions").create_state_machine(
            name="runs",
            definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/x",
        )["stateMachineArn"]
        monkeypatch.setenv("AMANA_STATE_MACHINE_ARN", made)
        retention.start_anew()
        yield made


def ask(method, path, *, scope=f"{READ} {RUN}", client="office", body=None, key=None, **more):
    claims = {"client_id": client, "scope": scope}
    headers = {"Idempotency-Key": key} if key else {}
    request = f"gateway-request-{next(REQUESTS)}"
    answer = api.handler(
        event(method, path, claims=claims, body=body, request=request, headers=headers, **more),
        Context(),
    )
    return answer["statusCode"], json.loads(answer["body"])


def start(*, key="k1", dry_run=True, **more):
    return ask("POST", RUNS, key=key, body=json.dumps({"dry_run": dry_run}), **more)


def started(machine):
    listed = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)
    return sorted(each["name"] for each in listed["executions"])


def test_rules_are_told_in_plain_words(machine):
    status, told = ask("GET", "/v1/retention/rules")
    assert status == 200
    rule = next(each for each in told["items"] if each["kind"] == "communications")
    assert rule["keep_days"] == 100
    assert rule["in_words"].startswith("Messages, calls, their statuses and files are kept for 100")
    assert "may ask for them to be erased" in rule["in_words"]
    assert machine


def test_a_run_is_started_once_and_shown_with_what_came_of_it(machine):
    world = World()
    world.message(world.person(1, since=ago(300)), ago(200))
    status, told = start()
    assert (status, told["status"], told["dry_run"]) == (202, "running", True)
    assert start()[1]["id"] == told["id"]
    assert started(machine) == [told["id"]]
    retention.run(told["id"], dry_run=True)
    shown = ask("GET", f"{RUNS}/{told['id']}")[1]
    assert (shown["status"], shown["asked_by"]) == ("done", "office")
    assert shown["counts"]["conversations.message"] == 1
    assert shown["started_at"].startswith("2026-09-21T")


def test_a_key_stands_for_one_body_of_one_client(machine):
    first = start()[1]["id"]
    status, problem = start(dry_run=False)
    assert (status, problem["type"].rpartition(":")[2]) == (409, "idempotency-conflict")
    other = start(client="other", dry_run=False)[1]["id"]
    assert started(machine) == sorted([first, other])


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"dry_run": 1}', '{"dry_run": "true"}', '{"dry_run": true, "x": 1}']
)
def test_whether_anything_is_deleted_must_be_said_in_so_many_words(machine, body):
    status, _ = ask("POST", RUNS, key="k1", body=body)
    assert status == 400
    assert not started(machine)


def test_runs_are_listed_page_by_page_the_latest_first(machine, monkeypatch):
    for number in range(3):
        monkeypatch.setattr(clock, "now_ms", lambda number=number: NOW + number)
        wiring.asking.cache_clear()
        start(key=f"k{number}")
    status, first = ask("GET", RUNS, query={"limit": "2"})
    assert status == 200
    second = ask("GET", RUNS, query={"limit": "2", "cursor": first["next_cursor"]})[1]
    begun = [each["started_at"] for each in first["items"] + second["items"]]
    assert len(begun) == 3
    assert begun == sorted(begun, reverse=True)
    assert second["next_cursor"] is None
    assert machine


def test_an_unknown_run_is_not_found(machine):
    assert ask("GET", f"{RUNS}/d_none")[0] == 404
    assert machine


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [("GET", RUNS, RUN), ("POST", RUNS, READ), ("GET", "/v1/retention/rules", RUN)],
)
def test_each_operation_asks_for_its_scope(machine, method, path, scope):
    status, _ = ask(method, path, scope=scope, key="k1", body='{"dry_run": true}')
    assert status == 403
    assert not started(machine)
