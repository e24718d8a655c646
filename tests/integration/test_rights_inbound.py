"""A person writes about their data: through the inbound handler, once, answered once."""

import json
import time

import boto3
import pytest
from inbound_platform import deploy_inbound
from moto import mock_aws
from sealed_platform import (
    at_rest,
    create_stores,
    items,
    start_anew,
)

from functions.core.content.transit import TransitSealer
from functions.core.runtime.values import decode
from functions.core.whatsapp.transit import pack
from functions.inbound import wiring
from tests.fakes import build

ADA = "15550142424"


@pytest.fixture
def post(monkeypatch):
    """Delivers messages of one webhook."""
    with mock_aws():
        sealer = TransitSealer(boto3.client("kms"), create_stores())
        machine = boto3.client("stepfunctions").create_state_machine(
            name="rights-request",
            definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
            roleArn="arn:aws:iam::123456789012:role/x",
        )
        deploy_inbound(
            monkeypatch, timezone="Europe/Berlin", rights_machine_arn=machine["stateMachineArn"]
        )
        yield lambda *messages: _delivered(sealer, messages)
    start_anew(wiring)


def _delivered(sealer, messages):
    contact = {"wa_id": ADA, "profile": {"name": "Ada"}}
    body = build.body(build.webhook(build.change(messages=list(messages), contacts=[contact])))
    packed = pack(body, sealer=sealer, bucket="transit", claim_check_bytes=1_000_000)
    record = {
        "messageId": "q-1",
        "body": packed.message,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {"encoding": {"stringValue": packed.encoding, "dataType": "String"}},
        "eventSource": "aws:sqs",
    }
    from functions.inbound.handler import handler

    assert handler({"Records": [record]}, None) == {"batchItemFailures": []}


def message(text, wamid="wamid.A", ago_s=5, **more):
    told = build.text_message(wamid, sender=ADA, at=int(time.time()) - ago_s, **more)
    return {**told, "text": {"body": text}}


def requests():
    return [decode(item) for item in items("compliance", "RIGHTS#") if item["sk"]["S"] == "REQUEST"]


def replies():
    """What set out, as it is sealed: how many, and the opened texts."""
    found = [decode(item) for item in items("conversations", "MESSAGE#m_")]
    opened = wiring.records().load([_key(item) for item in found]).values()
    return [json.loads(item["intent"])["text"]["body"] for item in opened]


def _key(item):
    from functions.core.runtime.records import Key

    return Key(item["pk"], item["sk"])


def executions():
    client = boto3.client("stepfunctions")
    (machine,) = client.list_state_machines()["stateMachines"]
    return client.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]


@pytest.mark.parametrize(
    ("text", "right", "language", "said"),
    [
        ("My data, please!", "access", "en", "never sent into this chat"),
        ("Bitte löschen Sie meine Daten.", "erasure", "de", "zu löschen"),
        ("corrijan mis datos", "rectification", "es", "corregir"),
    ],
)
def test_it_is_filed_started_and_answered_in_the_persons_language(
    post, text, right, language, said
):
    post(message(text))
    (request,) = requests()
    assert (request["right"], request["source"], request["language"]) == (right, "person", language)
    assert [each["name"] for each in executions()] == [f"{request['pk'].partition('#')[2]}-1"]
    (reply,) = replies()
    assert said in reply


def test_the_same_message_delivered_again_is_one_request_and_one_answer(post):
    for _ in range(3):
        post(message("delete my data"))
        start_anew(wiring)
    assert len(requests()) == len(executions()) == len(replies()) == 1


def test_asking_again_while_it_is_open_is_answered_with_the_same_day(post):
    post(message("delete my data"))
    post(message("Delete my data now!!", wamid="wamid.B"))
    first, second = sorted(requests(), key=lambda item: item["state"], reverse=True)
    assert (first["state"], second["state"]) == ("identity_unverified", "duplicate")
    assert second["duplicate_of"] == first["pk"].partition("#")[2]
    assert any("already have this request" in reply for reply in replies())
    assert len(executions()) == 1


def test_what_says_more_or_something_else_is_left_to_people(post):
    post(
        message("my data plan is used up", wamid="wamid.1"),
        message("can you delete my data if I leave the bank?", wamid="wamid.2"),
        message("delete my appointment", wamid="wamid.3"),
    )
    assert requests() == []


def test_whoever_is_asked_about_stopping_is_not_when_they_asked_for_erasure(post):
    # "erase my" is among the words that may mean stop
    post(message("Erase my data"))
    assert [reply for reply in replies() if "stop" in reply] == []
    assert len(replies()) == 1


def test_an_old_message_is_filed_and_not_answered_in_the_chat(post):
    post(message("my data", ago_s=7200))
    assert len(requests()) == 1
    assert replies() == []


def test_in_a_group_nothing_is_filed_since_others_would_read_the_answer(post):
    post(message("my data", group_id="Y2FwaV9ncm91cDo"))
    assert requests() == []
    assert replies() == []


def test_nothing_about_it_lies_in_clear(post):
    post(message("delete my data"))
    stored = at_rest()
    for canary in (ADA.encode(), b"wamid.A", b"delete my data"):
        assert canary not in stored
