"""Legal holds through their functions: holds_api, holder, inbound's part of it (moto)."""

import itertools
import json

import boto3
import pytest
from moto import mock_aws

from functions.core.archive.aws import S3Vault
from functions.core.archive.service import Archiver
from functions.core.content import wiring as content
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.epoch_dynamodb import DynamoEpochs
from functions.core.content.epochs import EpochRules, Epochs
from functions.core.content.kms import KmsRoots
from functions.core.holds.guard import Guards
from functions.core.runtime.dynamodb import DynamoRecords
from functions.core.runtime.steps import StepFailedError
from functions.holder import handler as holder
from functions.holder import wiring as holder_wiring
from functions.holder.settings import HolderSettings
from functions.holds_api import handler as api
from functions.holds_api import wiring as api_wiring
from functions.holds_api.scopes import LIFT, READ, WRITE
from functions.holds_api.settings import HoldsApiSettings
from tests.fakes import archive, build, tables
from tests.fakes.archive import MemoryHeads, MemorySource, change, fact, message
from tests.fakes.audit import own_writer
from tests.integration.sealed_platform import pseudonym_secret, start_anew
from tests.unit.messages_api.api import Context, event

ADA, BEN = "15550142424", "15550142425"
MATTER, AUTHORITY = "canary matter Quetzalcoatl", "canary authority Huitzilopochtli"
REQUESTS = itertools.count(1)


@pytest.fixture
def machine(monkeypatch):
    with mock_aws():
        tables.create(boto3.client("dynamodb"))
        tables.open_epoch(boto3.client("dynamodb"), boto3.client("kms"))
        archive.create_buckets()
        made = boto3.client("stepfunctions").create_state_machine(
            name="hold",
            definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/x",
        )["stateMachineArn"]
        shared = {
            "compliance_table": "compliance",
            "conversations_table": "conversations",
            "keys_table": "keys",
            "state_machine_arn": made,
            "outbox_table": "outbox",
        }
        told = HoldsApiSettings(
            **shared, pseudonym_secret_arn=pseudonym_secret(), portfolio_id="portfolio-1"
        ).environment()
        told |= HolderSettings(**shared, archive_bucket="archive").environment()
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        start_anew(api_wiring, holder_wiring)
        yield made
    start_anew(api_wiring, holder_wiring)


def contact(digits=ADA):
    """Somebody who has written: the contact's id, and their node."""
    records = DynamoRecords(boto3.client("dynamodb"), "conversations")
    service = build.conversations(records)
    told = build.text_message(f"wamid.{digits}", sender=digits, at=archive.NOON)
    service.fold(build.body(build.webhook(build.change(messages=[told]))))
    (node,) = (
        key.pk.removeprefix("NODE#")
        for key in service.fold(build.body(build.webhook(build.change(messages=[told])))).people
    )
    return build.directory(records).person_behind(node, float("inf"))[0].contact_id, node


def ask(method, path, *, scope, client="lawyer", body=None, **more):
    claims = {"client_id": client, "scope": scope}
    request = f"gateway-request-{next(REQUESTS)}"
    answer = api.handler(
        event(method, path, claims=claims, body=body, request=request, **more), Context()
    )
    return answer["statusCode"], json.loads(answer["body"])


def place(*, key="case-1", client="lawyer", **scope):
    body = json.dumps({"matter": MATTER, "authority": AUTHORITY, **scope})
    headers = {"Idempotency-Key": key}
    return ask("POST", "/v1/holds", scope=WRITE, client=client, body=body, headers=headers)


def show(hold_id):
    return ask("GET", f"/v1/holds/{hold_id}", scope=READ)


def work(hold_id):
    """What the state machine does."""
    planned = holder.handler({"step": "plan", "hold_id": hold_id}, Context())
    for part in planned["parts"]:
        holder.handler({"step": "hold", "hold_id": hold_id, "part": part}, Context())
    return holder.handler({"step": "finish", "hold_id": hold_id}, Context())["state"]


def archived(node, number):
    archiver = Archiver(
        vault=S3Vault(boto3.client("s3"), "archive", mode="GOVERNANCE"),
        source=MemorySource(),
        heads=MemoryHeads(),
        retention=archive.RETENTION,
    )
    one = message(f"w_{number}", a=fact(thread=f"{build.NUMBER}#{node}"))
    archiver.archive(f"s{number}", [change(number, new=one)])


def locked():
    s3 = boto3.client("s3")
    names = [each["Key"] for each in s3.list_objects_v2(Bucket="archive").get("Contents", [])]
    heads = {name: s3.head_object(Bucket="archive", Key=name) for name in names}
    return {n for n, head in heads.items() if head.get("ObjectLockLegalHoldStatus") == "ON"}


def is_held(node):
    return bool(Guards(boto3.client("dynamodb"), "compliance").read([node])[node].held_by())


def entries():
    items = boto3.client("dynamodb").scan(TableName="outbox")["Items"]
    told = [json.loads(e["S"]) for item in items for e in item.get("entries", {"L": []})["L"]]
    return {(e["action"], e["outcome"], e["by"]["id"]) for e in told}


def test_a_hold_from_its_placing_to_its_lifting(machine):
    contact_id, node = contact()
    archived(node, 10)
    archived("nsomebodyelse0000000", 20)

    status, placed = place(contact_id=contact_id)
    assert (status, placed["status"]) == (202, "placing")
    assert is_held(node)
    assert work(placed["id"]) == "active"
    assert {name.split("/")[4] for name in locked()} == {"s10"}

    status, shown = show(placed["id"])
    assert status == 200
    assert (shown["matter"], shown["authority"]) == (MATTER, AUTHORITY)
    assert (shown["status"], shown["aliases"], shown["archive_objects"]) == ("active", 1, 2)
    assert shown["placed_by"] == "lawyer"
    assert shown["scope"]["contact_ids"] == [contact_id]

    path = f"/v1/holds/{placed['id']}"
    assert ask("POST", f"{path}/lift-request", scope=WRITE)[0] == 200
    status, lifted = ask("POST", f"{path}/lift", scope=LIFT, client="partner")
    assert (status, lifted["status"]) == (202, "lifting")
    assert not is_held(node)
    assert work(placed["id"]) == "lifted"
    assert locked() == set()
    assert show(placed["id"])[1]["lift"]["lifted_by"] == "partner"
    assert {
        ("hold:subject:placed", "begun", "lawyer"),
        ("hold:subject:placed", "done", "lawyer"),
        ("hold:subject:placed", "done", "holder"),
        ("hold:subject:read", "done", "lawyer"),
        ("hold:subject:asked", "done", "lawyer"),
        ("hold:subject:lifted", "begun", "partner"),
        ("hold:subject:lifted", "done", "holder"),
    } <= entries()


def test_each_execution_is_started_once(machine):
    contact_id, _ = contact()
    hold_id = place(contact_id=contact_id)[1]["id"]
    assert place(contact_id=contact_id) == (202, {"id": hold_id, "status": "placing"})

    runs = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    assert [run["name"] for run in runs] == [f"{hold_id}-1"]
    holder.handler({"step": "sweep"}, Context())
    runs = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    assert {run["name"] for run in runs} == {f"{hold_id}-1", f"{hold_id}-2"}


def test_what_is_missing_for_a_lift_is_said(machine):
    contact_id, node = contact()
    hold_id = place(contact_id=contact_id)[1]["id"]
    path = f"/v1/holds/{hold_id}"

    def lift(client):
        status, problem = ask("POST", f"{path}/lift", scope=LIFT, client=client)
        return status, problem["type"].rpartition(":")[2]

    assert lift("partner") == (409, "hold-not-active")
    work(hold_id)
    assert lift("partner") == (409, "lift-not-asked")
    ask("POST", f"{path}/lift-request", scope=WRITE)
    assert lift("lawyer") == (409, "other-client-needed")
    assert is_held(node)
    assert ("hold:subject:lifted", "refused", "lawyer") in entries()


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/v1/holds", READ),
        ("GET", "/v1/holds", WRITE),
        ("GET", f"/v1/holds/h_{'a' * 26}", f"{WRITE} {LIFT}"),
        ("POST", f"/v1/holds/h_{'a' * 26}/lift-request", f"{READ} {LIFT}"),
        ("POST", f"/v1/holds/h_{'a' * 26}/lift", f"{READ} {WRITE}"),
    ],
)
def test_each_operation_asks_for_its_scope(machine, method, path, scope):
    status, problem = ask(method, path, scope=scope)
    assert (status, problem["type"]) == (403, "urn:amana:problem:insufficient-scope")
    assert ("auth:scope:denied", "denied", "lawyer") in entries()


@pytest.mark.parametrize(
    "scope",
    [
        {"contact_id": f"n{'a' * 20}~0"},
        {"conversation_id": f"1065.n{'a' * 20}~0"},
        {"incident_id": "i_1", "contact_ids": [f"n{'a' * 20}~0"]},
    ],
)
def test_who_is_nobody_is_not_found(machine, scope):
    status, problem = place(**scope)
    assert (status, problem["type"]) == (404, "urn:amana:problem:not-found")
    assert ask("GET", "/v1/holds", scope=READ) == (200, {"items": [], "next_cursor": None})


def test_a_range_that_ends_before_it_begins_is_refused_with_its_field(machine):
    status, problem = place(**{"from": "2026-11-24T00:00:00Z", "until": "2026-11-23T00:00:00Z"})
    assert status == 400
    assert problem["errors"] == [{"field": "until", "reason": "must be later than from"}]


def test_a_key_stands_for_one_body_of_one_client(machine):
    contact_id, _ = contact()
    hold_id = place(contact_id=contact_id)[1]["id"]
    status, problem = place(until="2026-11-23T00:00:00Z")
    assert (status, problem["type"]) == (409, "urn:amana:problem:idempotency-conflict")
    assert place(contact_id=contact_id, client="another")[1]["id"] != hold_id


@pytest.mark.parametrize("path", ["/v1/holds/h_1", f"/v1/holds/h_{'a' * 26}"])
def test_an_unknown_hold_is_not_found(machine, path):
    assert ask("GET", path, scope=READ)[0] == 404
    assert ask("POST", f"{path}/lift-request", scope=WRITE)[0] == 404
    assert ask("POST", f"{path}/lift", scope=LIFT)[0] == 404


def test_holds_are_listed_page_by_page_the_latest_first_without_their_words(machine):
    contact_id, _ = contact()
    made = [place(key=f"case-{n}", contact_id=contact_id)[1]["id"] for n in range(5)]
    seen, cursor = [], {}
    while True:
        status, page = ask("GET", "/v1/holds", scope=READ, query={"limit": "2", **cursor})
        assert status == 200
        assert "canary" not in json.dumps(page)
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == sorted(made)
    assert ask("GET", "/v1/holds", scope=READ, query={"cursor": "odd"})[0] == 400


def test_words_are_in_no_table_log_or_entry_in_clear(machine, capsys):
    contact_id, _ = contact()
    hold_id = place(contact_id=contact_id)[1]["id"]
    show(hold_id)
    place(contact_id=contact_id, matter="", authority=AUTHORITY)
    dynamodb = boto3.client("dynamodb")
    stored = [str(dynamodb.scan(TableName=t)["Items"]) for t in ("compliance", "outbox", "keys")]
    assert "canary" not in "".join(stored) + capsys.readouterr().out
    assert f"KEY#hold~{hold_id}" in stored[2]


class Deleting:
    AT_MS = 5

    def delete(self, _kms_key):
        return self.AT_MS


class MemoryProofs:
    def put(self, kind, _content):
        return kind


def test_an_epoch_waits_for_a_held_key_until_it_is_wrapped_anew(machine):
    contact_id, node = contact()
    ring = content.key_ring(keys_table="keys", audit=own_writer())
    ring.prepare([f"{node}~0"], create=True)
    hold_id = place(contact_id=contact_id)[1]["id"]
    epochs = DynamoEpochs(boto3.client("dynamodb"), "keys")

    held = [key for key in epochs.under(1, limit=9) if key.holds]
    assert [(key.id, key.holds) for key in held] == [(f"{node}~0", {hold_id})]
    keys = DynamoKeys(boto3.client("dynamodb"), "keys", own_writer())
    assert not keys.destroy(held[0], now_ms=1)

    tables.open_epoch(boto3.client("dynamodb"), boto3.client("kms"), number=2)
    turning = Epochs(
        store=epochs,
        keys=Deleting(),
        roots=KmsRoots(boto3.client("kms")),
        proofs=MemoryProofs(),
        rules=EpochRules(epoch_days=14, pending_days=7),
        now_ms=lambda: archive.NOON * 1000,
    )
    assert turning.dependents(1).held == [f"{node}~0"]
    assert turning.retire(1) is None, "a held key still depends on it"
    turning.rewrap(1, limit=9)
    assert turning.retire(1) == Deleting.AT_MS
    assert keys.load([f"{node}~0"])[f"{node}~0"].holds == {hold_id}


def test_a_step_that_fails_says_what_kind_of_error_it_was_and_no_more(machine, capsys):
    with pytest.raises(Exception, match="no legal hold has this id"):
        holder.handler({"step": "plan", "hold_id": "h_nobody"}, Context())
    with pytest.raises(StepFailedError, match=r"^KeyError$"):
        holder.handler({"step": "hold", "hold_id": "h_nobody"}, Context())
    assert "step of a hold failed" in capsys.readouterr().out
