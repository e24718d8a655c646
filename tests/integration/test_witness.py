"""The witness's handler over moto: a table, a key, and requests as they come."""

import json

import pytest
from moto import mock_aws

from functions.core.audit.note import checkpoint_from, signed
from functions.core.audit.submission import Submission
from functions.core.runtime import aws
from functions.core.runtime.errors import StoreUnavailableError
from functions.witness.handler import handler
from tests.fakes.audit_platform import ORIGIN, Context, Platform
from tests.fakes.witnessing import Leaves

CANARY = "canary-Quetzalcoatl"


@pytest.fixture
def platform(monkeypatch):
    with mock_aws():
        platform = Platform()
        platform.install(monkeypatch)
        yield platform


def request(platform, old, new, leaves=None):
    """Signed by the log's own key, in KMS."""
    leaves = leaves or Leaves()
    bare = leaves.checkpoint(new)
    value = aws.kms().sign(
        KeyId=platform.log_key[0],
        Message=bare.text.encode(),
        MessageType="RAW",
        SigningAlgorithm="ECDSA_SHA_256",
    )["Signature"]
    signature = bare.signatures[0].__class__(ORIGIN, platform.log_key[1].id, value)
    checkpoint = signed(ORIGIN, new, bare.root, signature)
    return checkpoint, Submission(old, tuple(leaves.proof(old, new)), checkpoint).body


def ask(body):
    return handler({"body": body}, Context())


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_log_that_grows_is_cosigned_and_remembered(platform):
    for old, new in ((0, 5), (5, 5), (5, 300)):
        checkpoint, body = request(platform, old, new)
        answer = ask(body)
        assert answer["status"] == 200
        note = (checkpoint.text + "\n" + answer["body"]).encode()
        assert platform.witness_key[1].has_signed(checkpoint_from(note))
    (item,) = platform.dynamodb.scan(TableName="witness")["Items"]
    assert (item["pk"]["S"], item["size"]["N"]) == (f"LOG#{ORIGIN}", "300")


def test_every_refusal_has_its_status_and_changes_nothing(platform):
    assert ask(request(platform, 0, 9)[1])["status"] == 200
    before = platform.dynamodb.scan(TableName="witness")["Items"]
    stranger = Leaves().request(9, 10)  # the same name, another key
    assert ask(stranger)["status"] == 403
    assert ask(stranger.replace(ORIGIN, "other.example"))["status"] == 404
    assert ask(request(platform, 0, 12)[1]) == {"status": 409, "body": "9\n"}
    assert ask(request(platform, 12, 10)[1])["status"] == 400
    assert ask(request(platform, 9, 12, Leaves("b"))[1])["status"] == 422
    assert platform.dynamodb.scan(TableName="witness")["Items"] == before


@pytest.mark.parametrize("event", [None, [], "x", {}, {"body": None}, {"body": 7}, {"body": ""}])
def test_what_is_no_request_is_answered_with_a_sentence(platform, event):
    answer = handler(event, Context())
    assert answer["status"] == 400
    assert len(answer["body"].split()) > 3


@pytest.mark.parametrize(("old", "new"), [(9, 9), (9, 12)])
def test_a_refused_fork_is_an_error_in_the_log_and_counted(platform, capsys, old, new):
    ask(request(platform, 0, 9)[1])
    capsys.readouterr()
    assert ask(request(platform, old, new, Leaves("b"))[1])["status"] in (409, 422)
    error, metric = lines(capsys)
    assert (error["level"], error["message"]) == ("ERROR", "fork refused")
    assert metric["WitnessForks"] == 1


def test_what_is_sent_stands_in_no_log_line_and_no_answer(platform, capsys):
    bodies = [CANARY, f"old 0\n{CANARY}\n\nx", f"old 0\n\n{CANARY}\n1\n{'A' * 43}=\n\n"]
    answers = [ask(body) for body in (*bodies, Leaves(origin=CANARY).request(0, 3))]
    assert all(answer["status"] in (400, 404) for answer in answers)
    assert CANARY not in capsys.readouterr().out + json.dumps(answers)


def test_when_aws_refuses_the_invocation_fails_and_nothing_is_signed(platform, capsys):
    body = request(platform, 0, 9)[1]
    platform.dynamodb.delete_table(TableName="witness")
    with pytest.raises(StoreUnavailableError):
        ask(body)
    assert [line["message"] for line in lines(capsys)] == ["checkpoint not considered"]
