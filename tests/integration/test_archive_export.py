"""From webhooks to a transcript through every function: archiver, archive_api, exporter (moto)."""

import base64
import hashlib
import json

import boto3
import pytest
from moto import mock_aws

from functions.archive_api import handler as api
from functions.archive_api import wiring as api_wiring
from functions.archive_api.operations import EXPORT, OPERATIONS
from functions.archive_api.settings import ArchiveApiSettings
from functions.archiver import handler as archiver
from functions.archiver import wiring as archiver_wiring
from functions.archiver.settings import ArchiverSettings
from functions.core.archive.exports.errors import ExportTooLargeError
from functions.core.contacts.pseudonyms import Pseudonyms
from functions.core.contacts.service import Directory
from functions.core.content import wiring as content_wiring
from functions.core.content.records import SealedRecords
from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.service import ConversationsService
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.ids import random_id
from functions.exporter import handler as exporter
from functions.exporter import wiring as exporter_wiring
from functions.exporter.settings import ExporterSettings
from tests.fakes import build, tables
from tests.fakes.archive import create_buckets, wire
from tests.fakes.audit import own_writer
from tests.unit.messages_api.api import Context, event

ADA, CANARY = "15550142424", "canary text Quetzalcoatl"
NOW = 1_790_000_000


@pytest.fixture
def aws(monkeypatch):
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        tables.create(dynamodb)
        create_buckets()
        dynamodb.update_table(
            TableName="conversations",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        tables.open_epoch(dynamodb, boto3.client("kms"))
        secret = boto3.client("secretsmanager").create_secret(
            Name="pseudonym", SecretString=json.dumps({"key": "k"})
        )
        machine = boto3.client("stepfunctions").create_state_machine(
            name="exports",
            definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/x",
        )
        for settings in _settings(secret["ARN"], machine["stateMachineArn"]):
            for name, value in settings.environment().items():
                monkeypatch.setenv(name, value)
        _forget()
        yield machine["stateMachineArn"]
    _forget()


def _settings(secret, machine):
    stores = {
        "compliance_table": "compliance",
        "conversations_table": "conversations",
        "exports_bucket": "exports",
        "keys_table": "keys",
        "outbox_table": "outbox",
    }
    yield ArchiverSettings(
        content_rules="{}",
        archive_bucket="archive",
        media_bucket="media",
        compliance_table="compliance",
        outbox_table="outbox",
        lock_mode="GOVERNANCE",
        retention_days=3,
        retention_class="communications",
        stream_shards="one",
    )
    yield ExporterSettings(archive_bucket="archive", media_bucket="media", **stores)
    yield ArchiveApiSettings(
        **stores,
        state_machine_arn=machine,
        pseudonym_secret_arn=secret,
        portfolio_id="portfolio-1",
        ephemeral_table="ephemeral",
    )


def _forget():
    for module in (api_wiring, archiver_wiring, exporter_wiring, content_wiring):
        for made in vars(module).values():
            if hasattr(made, "cache_clear"):
                made.cache_clear()


def told(*changes):
    """What the inbound function would have stored, and the archiver archived."""
    dynamodb = boto3.client("dynamodb")
    records = SealedRecords(
        DynamoRecords(dynamodb, "conversations"),
        content_wiring.sealing(keys_table="keys", audit=own_writer()),
    )
    pseudonyms = Pseudonyms(key=b"k", portfolio_id="portfolio-1")
    ring = content_wiring.key_ring(keys_table="keys", audit=own_writer())
    ConversationsService(
        records=records,
        directory=Directory(
            records=records,
            pseudonyms=pseudonyms,
            new_id=lambda _: random_id(),
            now_ms=lambda: 0,
        ),
        pseudonyms=pseudonyms,
        blobs=S3Blobs(boto3.client("s3"), "media", ring),
        entry_point_hours=72,
    ).fold(build.body(build.webhook(*changes, time=NOW)))


def archive():
    streams = boto3.client("dynamodbstreams")
    arn = boto3.client("dynamodb").describe_table(TableName="conversations")["Table"]
    (shard,) = streams.describe_stream(StreamArn=arn["LatestStreamArn"])["StreamDescription"][
        "Shards"
    ]
    iterator = streams.get_shard_iterator(
        StreamArn=arn["LatestStreamArn"],
        ShardId=shard["ShardId"],
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    for record in records:
        change = record["dynamodb"]
        change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].timestamp()
        change.update({n: wire(change[n]) for n in ("NewImage", "OldImage") if n in change})
    archiver.handler({"Records": records}, Context())


def ask(method, path, *, scope=EXPORT, client="auditor", **more):
    claims = {"client_id": client, "scope": scope}
    answer = api.handler(event(method, path, claims=claims, **more), Context())
    body = answer["body"]
    if answer.get("isBase64Encoded"):
        return answer["statusCode"], base64.b64decode(body), answer["multiValueHeaders"]
    return answer["statusCode"], json.loads(body), answer["multiValueHeaders"]


def post(body, *, key="key-1", **more):
    headers = {"Idempotency-Key": key}
    return ask("POST", "/v1/archive/exports", body=json.dumps(body), headers=headers, **more)[:2]


def fetch(export_id, name, ticket, **headers):
    path = f"/v1/archive/exports/{export_id}/files/{name}"
    return ask("GET", path, headers={"Amana-Ticket": ticket, **headers})


def work(export_id):
    """What the state machine does."""
    planned = exporter.handler({"step": "plan", "export_id": export_id}, Context())
    for part in planned["parts"]:
        step = {"step": "collect", "export_id": export_id, "part": part}
        exporter.handler(step, Context())
    return exporter.handler({"step": "assemble", "export_id": export_id}, Context())


def exported(**asked):
    status, told_of = post({"reason": "A complaint", **asked})
    assert status == 202, told_of
    assert work(told_of["id"]) == {"export_id": told_of["id"], "state": "ready"}
    return told_of["id"]


def message(text, wamid="wamid.1"):
    told_of = build.text_message(wamid, sender=ADA, at=NOW, text={"body": text})
    contacts = [{"profile": {"name": "Ada"}, "wa_id": ADA}]
    return build.change(messages=[told_of], contacts=contacts)


def test_a_conversation_comes_back_as_two_files_each_fetched_once(aws):
    told(message(CANARY), message("x" * 100_000, "wamid.2"))
    archive()
    status, made = post({"reason": "A complaint", "from": "2026-01-01T00:00:00Z"})
    assert (status, made["status"]) == (202, "running")
    executions = boto3.client("stepfunctions").list_executions(stateMachineArn=aws)["executions"]
    assert [execution["name"] for execution in executions] == [made["id"]]
    work(made["id"])
    status, shown, _ = ask("GET", f"/v1/archive/exports/{made['id']}")
    assert (status, shown["status"], shown["counts"]) == (200, "ready", {"messages": 2})
    assert shown["completeness"]["complete"] is True
    for file in shown["files"]:
        status, data, headers = fetch(made["id"], file["name"], file["ticket"])
        assert status == 200
        assert headers["Content-Type"] == ["application/octet-stream"]
        assert headers["Content-Disposition"] == [f'attachment; filename="{file["name"]}"']
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
        assert CANARY.encode() in data
        status, problem, _ = fetch(made["id"], file["name"], file["ticket"])
        assert (status, problem["type"]) == (409, "urn:amana:problem:ticket-refused")


def test_a_file_is_fetched_in_ranges(aws):
    told(message(CANARY))
    archive()
    export_id = exported(**{"from": "2026-01-01T00:00:00Z"})
    _, shown, _ = ask("GET", f"/v1/archive/exports/{export_id}")
    file = shown["files"][0]
    status, first, headers = fetch(export_id, file["name"], file["ticket"], Range="bytes=0-99")
    assert (status, len(first)) == (206, 100)
    assert headers["Content-Range"] == [f"bytes 0-99/{file['size']}"]
    status, rest, headers = fetch(export_id, file["name"], file["ticket"], Range="bytes=100-")
    assert (status, len(rest)) == (206, file["size"] - 100)
    assert hashlib.sha256(first + rest).hexdigest() == file["sha256"]


@pytest.mark.parametrize(
    "wanted", ["bytes=5-4", "bytes=0-4194304", "bytes=-5", "x", "bytes=9999999-"]
)
def test_a_range_that_cannot_be_given_is_told_with_the_size(aws, wanted):
    told(message(CANARY))
    archive()
    export_id = exported(**{"from": "2026-01-01T00:00:00Z"})
    _, shown, _ = ask("GET", f"/v1/archive/exports/{export_id}")
    file = shown["files"][0]
    status, problem, headers = fetch(export_id, file["name"], file["ticket"], Range=wanted)
    assert (status, problem["type"]) == (416, "urn:amana:problem:range-not-satisfiable")
    assert headers["Content-Range"][0].startswith("bytes */")
    assert fetch(export_id, file["name"], file["ticket"])[0] == 200, "nothing was used up"


def test_by_contact_and_by_conversation(aws):
    told(message(CANARY))
    archive()
    items = boto3.client("dynamodb").scan(TableName="conversations")["Items"]
    node = next(item for item in items if item["sk"]["S"] == "NODE")
    contact_id = f"{node['pk']['S'].removeprefix('NODE#')}~{node['since_ms']['N']}"
    for number, asked in enumerate(
        ({"contact_id": contact_id}, {"conversation_id": f"{build.NUMBER}.{contact_id}"})
    ):
        status, made = post({"reason": "x", **asked}, key=f"key-{number}")
        assert status == 202
        work(made["id"])
        _, shown, _ = ask("GET", f"/v1/archive/exports/{made['id']}")
        assert shown["counts"] == {"messages": 1}


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"contact_id": "n~1"}, 400, ["reason"]),
        ({"reason": " ", "contact_id": "n~1"}, 400, ["reason"]),
        ({"reason": "x"}, 400, ["contact_id"]),
        ({"reason": "x", "from": "yesterday"}, 400, ["from"]),
        ({"reason": "x", "contact_id": "nobody~1"}, 404, []),
        ({"reason": "x", "conversation_id": "1.nobody~1"}, 404, []),
    ],
)
def test_what_is_wrong_is_answered_with_problem_details(aws, body, status, fields):
    answered, problem = post(body)
    assert answered == status
    assert problem["type"].startswith("urn:amana:problem:")
    assert [error["field"] for error in problem["errors"]] == fields


def test_a_key_with_another_body_is_a_conflict(aws):
    asked = {"reason": "x", "from": "2026-01-01T00:00:00Z"}
    assert post(asked)[0] == 202
    assert post(asked) == post(asked)
    status, problem = post({**asked, "reason": "y"})
    assert (status, problem["type"]) == (409, "urn:amana:problem:idempotency-conflict")


@pytest.mark.parametrize("scope", ["", "amana/messages:read", "amana/archive:exporting"])
def test_without_the_scope_nothing_is_said(aws, scope):
    paths = [("GET", "/v1/archive/exports/e_" + "a" * 26), ("POST", "/v1/archive/exports")]
    for method, path in paths:
        assert ask(method, path, scope=scope, body="{}")[0] == 403
    assert {operation.scope for operation in OPERATIONS} == {EXPORT}


@pytest.mark.parametrize(
    "path", ["/v1/archive/exports/e_short", "/v1/archive/exports/e_" + "a" * 26, "/v1/archive"]
)
def test_what_is_not_there_is_not_found(aws, path):
    assert ask("GET", path)[0] == 404


def test_a_ticket_is_required_by_name(aws):
    path = "/v1/archive/exports/e_" + "a" * 26 + "/files/export.json"
    status, problem, _ = ask("GET", path)
    assert (status, [e["field"] for e in problem["errors"]]) == (400, ["Amana-Ticket"])


def test_a_step_that_fails_for_good_ends_in_an_export_that_says_so(aws):
    _, made = post({"reason": "x", "from": "2026-01-01T00:00:00Z"})
    event = {"step": "fail", "export_id": made["id"]}
    assert exporter.handler(event, Context())["state"] == "failed"
    _, shown, _ = ask("GET", f"/v1/archive/exports/{made['id']}")
    assert (shown["status"], shown["error"]) == ("failed", "internal_error")


def test_a_too_large_export_is_an_answer_and_no_failure(aws, monkeypatch):
    """A failed invocation would wake somebody who can do nothing about it."""
    _, made = post({"reason": "x", "from": "2026-01-01T00:00:00Z"})

    class Full:
        def assemble(self, _export_id):
            raise ExportTooLargeError("ask for a shorter period")

    monkeypatch.setattr(exporter_wiring, "assembler", Full)
    event = {"step": "assemble", "export_id": made["id"]}
    assert exporter.handler(event, Context())["state"] == "failed"
    _, shown, _ = ask("GET", f"/v1/archive/exports/{made['id']}")
    assert (shown["status"], shown["error"]) == ("failed", "too_large")


def test_a_step_that_raises_is_logged_and_raised(aws, capsys):
    with pytest.raises(Exception, match="no plan"):
        exporter.handler({"step": "collect", "export_id": "e_1", "part": 0}, Context())
    assert "step of an export failed" in capsys.readouterr().out


def test_neither_logs_nor_stores_show_what_was_exported_or_why(aws, capsys):
    told(message(CANARY))
    archive()
    export_id = exported(**{"from": "2026-01-01T00:00:00Z", "reason": CANARY})
    _, shown, _ = ask("GET", f"/v1/archive/exports/{export_id}")
    fetch(export_id, "export.json", shown["files"][0]["ticket"])
    out = capsys.readouterr().out
    for secret in (CANARY, ADA, "wamid.1", "Ada", shown["files"][0]["ticket"]):
        assert secret not in out
    s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
    for bucket in ("archive", "exports", "media"):
        for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            data = s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read()
            assert CANARY.encode() not in data
            assert CANARY not in one["Key"]
    for table in ("compliance", "ephemeral", "conversations"):
        items = json.dumps(dynamodb.scan(TableName=table)["Items"], default=repr)
        for secret in (CANARY, ADA, shown["files"][0]["ticket"]):
            assert secret not in items
