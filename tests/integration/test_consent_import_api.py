"""Imports as callers see them: the routes of the consent API over moto."""

import base64
import itertools
import json

import boto3
import pytest
from moto import mock_aws

from functions.consent_api import handler as api
from functions.consent_api import wiring as api_wiring
from functions.consent_api.scopes import READ, WRITE
from functions.consent_api.settings import ConsentApiSettings
from functions.consent_importer import handler as importer
from functions.core.runtime.ids import random_id
from tests.fakes import build, imports
from tests.fakes.imports import HEADER, line
from tests.unit.messages_api.api import Context, event

REQUESTS = itertools.count(1)
PATH, NOBODY = "/v1/consents/imports", "/v1/consents/imports/i_" + "a" * 26


@pytest.fixture
def machine(monkeypatch):
    with mock_aws():
        shared = imports.create()
        made = boto3.client("stepfunctions").create_state_machine(
            name="imports",
            definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/x",
        )["stateMachineArn"]
        settings = ConsentApiSettings(
            consent_table="consent",
            consent_rules="{}",
            controller=imports.CONTROLLER.json(),
            conversations_table="conversations",
            keys_table="keys",
            outbound_queue_url="none",
            pseudonym_secret_arn=shared["AMANA_PSEUDONYM_SECRET_ARN"],
            portfolio_id=imports.PORTFOLIO,
            phone_number_ids=build.NUMBER,
            max_pending_per_conversation=3,
            audit_bucket="audit",
            compliance_table="compliance",
            exports_bucket="exports",
            import_machine_arn=made,
            outbox_table="outbox",
        )
        for name, value in (shared | settings.environment()).items():
            monkeypatch.setenv(name, value)
        imports.forget(api_wiring)
        yield made
    imports.forget(api_wiring)


def ask(method, path, *, scope=f"{READ} {WRITE}", client="office", body=None, **more):
    claims = {"client_id": client, "scope": scope}
    request = f"gateway-request-{next(REQUESTS)}"
    told = api.handler(
        event(method, path, claims=claims, body=body, request=request, **more), Context()
    )
    return told["statusCode"], json.loads(told["body"])


def begin(body="{}", *, key="key-1", **more):
    return ask("POST", PATH, body=body, headers={"Idempotency-Key": key}, **more)


def put(import_id, number, content, *, media_type="application/octet-stream"):
    told = event(
        "PUT",
        f"{PATH}/{import_id}/parts/{number}",
        claims={"client_id": "office", "scope": WRITE},
        body=base64.b64encode(content).decode(),
        headers={"Content-Type": media_type},
        request=f"gateway-request-{next(REQUESTS)}",
    )
    answer = api.handler(told | {"isBase64Encoded": True}, Context())
    return answer["statusCode"], json.loads(answer["body"])


def work(import_id):
    def step(name, **more):
        context = Context()
        context.aws_request_id = random_id()
        return importer.handler({"step": name, "import_id": import_id, **more}, context)

    for chunk in step("plan")["chunks"]:
        step("load", chunk=chunk)
    return step("finish")


def test_a_file_in_two_parts_becomes_consents_with_a_report(machine):
    status, begun = begin()
    assert (status, begun["status"]) == (201, "open")
    import_id = begun["import_id"]
    content = "\n".join([HEADER, line(1), line(2, evidence="")]).encode()
    assert put(import_id, 1, content[:50]) == (
        200, {"import_id": import_id, "part": 1, "bytes": 50},
    )  # fmt: skip
    assert put(import_id, 2, content[50:])[0] == 200
    for _ in range(2):
        assert ask("POST", f"{PATH}/{import_id}/start") == (
            202, {"import_id": import_id, "status": "running"},
        )  # fmt: skip
    executions = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)
    assert [each["name"] for each in executions["executions"]] == [f"{import_id}-1"]
    work(import_id)
    status, shown = ask("GET", f"{PATH}/{import_id}")
    assert (status, shown["status"]) == (200, "done")
    assert shown["rows"] == {"total": 2, "read": 2, "recorded": 1, "repeated": 0, "refused": 1}
    status, told = ask("GET", f"{PATH}/{import_id}/report")
    assert (status, told["next_cursor"]) == (200, None)
    assert told["items"] == [
        {"row": 2, "outcome": "recorded", "reasons": []},
        {"row": 3, "outcome": "refused",
         "reasons": [{"field": "evidence", "reason": "is missing"}]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ('{"purpose": "spam"}', "purpose", "marketing"),
        ('{"notice": {"id": "x", "version": "1", "language": "en"}}', "notice", "there are"),
        ('{"colour": 1}', "colour", "is not a field"),
        ("[]", "body", "JSON object"),
    ],
)
def test_what_is_wrong_with_the_whole_is_answered_at_once_with_what_there_is(
    machine, body, field, told
):
    status, problem = begin(body)
    assert (status, [error["field"] for error in problem["errors"]]) == (400, [field])
    assert told in problem["errors"][0]["reason"]


def test_a_key_with_another_body_is_a_conflict(machine):
    assert begin() == begin()
    status, problem = begin('{"method": "paper"}')
    assert (status, problem["type"]) == (409, "urn:amana:problem:idempotency-conflict")


def test_parts_are_bytes_of_a_size_under_a_number(machine, monkeypatch):
    import_id = begin()[1]["import_id"]
    assert put(import_id, 1, b"x", media_type="text/csv")[0] == 415
    assert put(import_id, 1, b"")[0] == 400
    assert put(import_id, 101, b"x")[0] == 404
    assert put(import_id, 1, b"x" * (4_194_304 + 1))[0] == 413
    status, problem = ask("POST", f"{PATH}/{import_id}/start")
    assert (status, problem["errors"][0]["field"]) == (409, "parts.1")
    assert put(import_id, 1, b"x")[0] == 200
    assert ask("POST", f"{PATH}/{import_id}/start")[0] == 202
    status, problem = put(import_id, 1, b"x")
    assert (status, problem["type"]) == (409, "urn:amana:problem:import-closed")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", NOBODY), ("GET", f"{NOBODY}/report"), ("POST", f"{NOBODY}/start")],
)
def test_what_is_not_there_or_somebody_elses_is_not_found(machine, method, path):
    assert ask(method, path)[0] == 404
    import_id = begin()[1]["import_id"]
    theirs = path.replace(NOBODY, f"{PATH}/{import_id}")
    assert ask(method, theirs, client="another")[0] == 404


@pytest.mark.parametrize("scope", ["", "amana/messages:read", "amana/consents:reading"])
def test_without_the_scope_nothing_is_said(machine, scope):
    assert begin(scope=scope)[0] == 403
    for method, path in (("GET", NOBODY), ("POST", f"{NOBODY}/start")):
        assert ask(method, path, scope=scope)[0] == 403
    assert begin(scope=READ)[0] == 403
    assert ask("GET", NOBODY, scope=WRITE)[0] == 403


def test_every_request_has_its_entry_and_what_changes_something_one_before(machine):
    import_id = begin()[1]["import_id"]
    put(import_id, 1, HEADER.encode())
    ask("POST", f"{PATH}/{import_id}/start")
    ask("GET", f"{PATH}/{import_id}")
    items = boto3.client("dynamodb").scan(TableName="outbox")["Items"]
    told = [json.loads(e["S"]) for item in items for e in item.get("entries", {"L": []})["L"]]
    ours = [each for each in told if each["action"].startswith("consent:import:")]
    found = {(each["action"].rpartition(":")[2], each["outcome"]) for each in ours}
    assert found == {
        *itertools.product(("begun", "stored", "started"), ("begun", "done")), ("read", "done"),
    }  # fmt: skip
    assert {each.get("what") for each in ours if each["outcome"] == "done"} == {
        f"import/{import_id}"
    }
