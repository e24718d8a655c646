"""The emulator's surroundings: no AWS account gets in, no denial gets lost."""

import asyncio
import json
import ssl
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from cli.emulator.authorization import (
    answering_tasks,
    as_single_messages,
    holding_root,
    knowing_bodies,
    knowing_locks,
    naming_roles,
    telling_items_apart,
)
from cli.emulator.buckets import encrypted_buckets, locked_buckets
from cli.emulator.certificate import write_certificate
from cli.emulator.server import recording, running_python_as, trusting_root
from cli.emulator.start import local_environment


def test_the_persons_own_credentials_profile_and_proxy_stay_outside(monkeypatch):
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "mine")

    environment = local_environment()

    assert "mine" not in environment.values()
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"


def test_the_certificate_is_good_for_this_machine_and_its_key_private(tmp_path):
    certificate, key = write_certificate(tmp_path)

    context = ssl.create_default_context(cafile=str(certificate))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    handshake(context, server)
    assert key.stat().st_mode & 0o077 == 0


def handshake(client_context, server_context):
    """A TLS handshake in memory; raises when the client does not trust the server."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    pending = [client, server]
    for _ in range(10):
        for side in list(pending):
            try:
                side.do_handshake()
                pending.remove(side)
            except ssl.SSLWantReadError:
                continue
    assert not pending


def test_a_denied_call_is_written_down_and_still_denied(tmp_path):
    denials = tmp_path / "denied.jsonl"
    refusal = SimpleNamespace(decision="ImplicitDeny", principal_arn="arn:role")

    answer = recording(lambda *_, **__: refusal, denials)(
        "key", "s3:GetObject", "s3", "eu-central-1", resource_arn="arn:bucket/key"
    )

    assert answer is refusal
    assert json.loads(denials.read_text()) == {
        "action": "s3:GetObject",
        "resource": "arn:bucket/key",
        "principal": "arn:role",
        "reason": "ImplicitDeny",
    }


def test_an_allowed_call_leaves_no_trace(tmp_path):
    denials = tmp_path / "denied.jsonl"

    assert recording(lambda *_, **__: None, denials)("key", "s3:GetObject", "s3", "r") is None
    assert not denials.exists()


def test_only_python_functions_run_without_the_virtual_environment(tmp_path):
    detect = running_python_as(lambda runtime: (f"{runtime}-binary", "script"), tmp_path / "bare")

    assert detect("python3.13") == (str(tmp_path / "bare"), "script")
    assert detect("nodejs22.x") == ("nodejs22.x-binary", "script")


@pytest.mark.parametrize(
    ("authorization", "secure"),
    [
        (b"AWS4-HMAC-SHA256 Credential=test/20261122/eu-central-1/sqs/aws4_request", True),
        (b"AWS4-HMAC-SHA256 Credential=ASIA0/20261122/eu-central-1/sqs/aws4_request", False),
        (b"Bearer token", False),
    ],
    ids=["root", "a function", "a caller of the API"],
)
def test_plain_http_counts_as_secure_for_root_only(authorization, secure):
    seen = []

    async def app(scope, receive, send):
        seen.extend(scope["headers"])

    scope = {"type": "http", "headers": [(b"authorization", authorization)]}
    asyncio.run(trusting_root(app)(scope, None, None))

    assert ((b"x-forwarded-proto", b"https") in seen) is secure


@pytest.mark.parametrize(
    ("key", "caller", "named"),
    [
        (
            "aws:PrincipalArn",
            "arn:aws:sts::000000000000:assumed-role/sequencer/1a2b",
            "arn:aws:iam::000000000000:role/sequencer",
        ),
        ("aws:PrincipalArn", "arn:aws:iam::000000000000:root", "arn:aws:iam::000000000000:root"),
        ("aws:userid", "arn:aws:sts::0:assumed-role/a/b", "arn:aws:sts::0:assumed-role/a/b"),
        ("aws:PrincipalArn", None, None),
    ],
    ids=["a role", "root", "another key", "nobody"],
)
def test_a_role_has_one_name_in_all_its_sessions(key, caller, named):
    assert naming_roles(lambda *_: caller)(key, object()) == named


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOCK = {
    "x-amz-object-lock-mode": "GOVERNANCE",
    "x-amz-object-lock-retain-until-date": "2026-12-02T12:00:00Z",
}


def known(action, query, path="", headers=None):
    return {"s3:prefix": "p"}


def test_the_lock_of_a_put_and_its_length_are_conditions():
    context = knowing_locks(known, lambda: NOON)(
        "s3:PutObject",
        {},
        "/archive/a",
        LOCK | {"if-none-match": "*", "if-match": '"e"', "other": "1"},
    )

    assert context == {
        "s3:prefix": "p",
        "s3:object-lock-mode": "GOVERNANCE",
        "s3:object-lock-retain-until-date": "2026-12-02T12:00:00Z",
        "s3:object-lock-remaining-retention-days": "10",
        "s3:if-none-match": "*",
        "s3:if-match": '"e"',
    }


def test_what_a_put_does_not_say_stays_unknown():
    assert knowing_locks(known)("s3:PutObject", {}, "/archive/a", {}) == {"s3:prefix": "p"}
    assert knowing_locks(known)("s3:GetObject", {}, "/archive/a", LOCK) == {"s3:prefix": "p"}


def test_the_encryption_context_of_a_call_to_kms_is_a_condition():
    learnt = knowing_bodies(lambda *_: {"aws:TagKeys": ["a"]})
    body = json.dumps({"KeyId": "k", "EncryptionContext": {"amana:use": "transit"}}).encode()

    assert learnt("kms", "kms:Decrypt", body, {}) == {
        "aws:TagKeys": ["a"],
        "kms:EncryptionContext:amana:use": "transit",
    }
    assert learnt("kms", "kms:Decrypt", b"", {}) == {"aws:TagKeys": ["a"]}
    assert learnt("sqs", "sqs:SendMessage", body, {}) == {"aws:TagKeys": ["a"]}


def test_how_something_is_signed_is_a_condition():
    body = json.dumps({"SigningAlgorithm": "ECDSA_SHA_256", "MessageType": "DIGEST"}).encode()

    assert knowing_bodies(lambda *_: {})("kms", "kms:Sign", body, {}) == {
        "kms:SigningAlgorithm": "ECDSA_SHA_256",
        "kms:MessageType": "DIGEST",
    }


ONE = {"TableName": "outbox", "Key": {"pk": {"S": "WRITERS#sender"}}}
TWO = {
    "TransactItems": [
        {"Put": {"TableName": "outbox", "Item": {"pk": {"S": "a1"}, "seq": {"N": "0"}}}},
        {"Update": {"TableName": "conversations", "Key": {"pk": {"S": "b2"}, "sk": {"S": "c"}}}},
    ]
}


@pytest.mark.parametrize(
    ("call", "keys"),
    [
        (ONE, {"dynamodb:LeadingKeys": ["WRITERS#sender"]}),
        (TWO, {"dynamodb:LeadingKeys": ["a1", "b2"]}),
        ({"TableName": "outbox"}, {}),
    ],
    ids=["one item", "a transaction", "no key"],
)
def test_which_items_are_written_is_a_condition(call, keys):
    body = json.dumps(call).encode()

    told = knowing_bodies(lambda *_: {})("dynamodb", "dynamodb:Any", body, {})

    assert {name: value for name, value in told.items() if name.startswith("dynamodb:")} == keys


def test_each_part_of_a_transaction_needs_its_own_right_on_its_own_table():
    body = json.dumps(TWO).encode()
    told = knowing_bodies(lambda *_: {})("dynamodb", "dynamodb:Any", body, {})
    seen = {}

    def enforce(_key, action, *_, resource_arn, service_context):
        seen[action, resource_arn] = service_context

    table = "arn:aws:dynamodb:eu-central-1:000000000000:table/"
    for action, name in (("PutItem", "outbox"), ("UpdateItem", "conversations")):
        telling_items_apart(enforce)(
            "key",
            f"dynamodb:{action}",
            "dynamodb",
            "eu-central-1",
            resource_arn=f"{table}{name}",
            service_context=told,
        )

    assert seen == {
        ("dynamodb:PutItem", f"{table}outbox"): {"dynamodb:LeadingKeys": ["a1"]},
        ("dynamodb:UpdateItem", f"{table}conversations"): {"dynamodb:LeadingKeys": ["b2"]},
    }


def test_buckets_are_found_with_the_key_and_lock_of_their_template(tmp_path):
    lock = {"ObjectLockEnabled": "Enabled"}
    rule = {
        "ServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]},
        }
    }
    encryption = {"ServerSideEncryptionConfiguration": [rule]}
    resources = {
        "Kept": {"BucketEncryption": encryption, "ObjectLockConfiguration": lock},
        "Plain": {},
    }
    buckets = {n: {"Type": "AWS::S3::Bucket", "Properties": p} for n, p in resources.items()}
    (tmp_path / "data.template.json").write_text(json.dumps({"Resources": buckets}))

    (encrypted,), (locked,) = encrypted_buckets(tmp_path), locked_buckets(tmp_path)

    assert (encrypted.stack, encrypted.bucket, encrypted.key) == ("data", "Kept", "Key")
    assert (locked.stack, locked.bucket, locked.lock) == ("data", "Kept", lock)


def test_batches_of_messages_need_the_right_for_single_ones():
    asked = []
    enforce = as_single_messages(lambda _key, action, *_: asked.append(action))

    for action in ("sqs:SendMessageBatch", "sqs:SendMessage", "dynamodb:BatchGetItem"):
        enforce("key", action, "service", "region")

    assert asked == ["sqs:SendMessage", "sqs:SendMessage", "dynamodb:BatchGetItem"]


@pytest.mark.parametrize(
    ("key", "resource", "refused"),
    [
        ("test", "arn:aws:s3:::archive/segment", True),
        ("test", "arn:aws:s3:::archive", False),
        ("ASIA0", "arn:aws:s3:::archive/segment", False),
    ],
    ids=["root on an object", "root on a bucket", "somebody whom the emulator holds to it itself"],
)
def test_root_is_held_to_what_a_bucket_denies_of_its_objects(key, resource, refused):
    asked = []

    def denies(action, arn, context):
        asked.append((action, arn, context))
        return "refused"

    enforce = holding_root(lambda *_, **__: None, "test", denies)
    answer = enforce(
        key, "s3:DeleteObject", "s3", "r", resource_arn=resource, service_context={"S3:A": "b"}
    )

    assert answer == ("refused" if refused else None)
    assert asked == ([("s3:DeleteObject", resource, {"s3:a": "b"})] if refused else [])


def test_root_does_what_no_bucket_denies():
    enforce = holding_root(lambda *_, **__: None, "test", lambda *_: None)

    assert enforce("test", "s3:GetObject", "s3", "r", resource_arn="arn:aws:s3:::a/b") is None


def test_who_answers_a_task_needs_the_right_on_a_state_machine():
    def enforce(_key, _action, *, resource_arn):
        return None if resource_arn == "arn:mine" else "refused"

    answering = answering_tasks(enforce, lambda: ["arn:other", "arn:mine"])
    assert answering("key", "states:SendTaskSuccess", resource_arn="*") is None
    assert answering("key", "states:StartExecution", resource_arn="arn:other") == "refused"
    others = answering_tasks(enforce, lambda: ["arn:other"])
    assert others("key", "states:SendTaskSuccess", resource_arn="*") == "refused"
