"""The messages API over moto: from a request to items and wake-ups, and back to what is shown."""

import json

import boto3
import pytest
from moto import mock_aws

from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.service import ConversationsService
from functions.core.runtime import log
from functions.messages_api import answers, handler, wiring
from functions.messages_api.settings import MessagesApiSettings
from tests.fakes import build, tables
from tests.unit.messages_api.api import Answer, Context, event

NOW = 1_790_000_000
ADA, CANARY = "15550142424", "canary text Quetzalcoatl"
OTHER_NUMBER = "106540000000002"


@pytest.fixture
def aws(monkeypatch):
    with mock_aws():
        tables.create(boto3.client("dynamodb"))
        boto3.client("s3").create_bucket(
            Bucket="media", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        queue = boto3.client("sqs").create_queue(
            QueueName="outbound.fifo", Attributes={"FifoQueue": "true"}
        )
        secret = boto3.client("secretsmanager").create_secret(
            Name="pseudonym", SecretString=json.dumps({"key": "k"})
        )
        settings = MessagesApiSettings(
            conversations_table="conversations",
            outbound_queue_url=queue["QueueUrl"],
            media_bucket="media",
            pseudonym_secret_arn=secret["ARN"],
            portfolio_id="portfolio-1",
            phone_number_ids=f"{build.NUMBER},{OTHER_NUMBER}",
            max_pending_per_conversation=3,
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        _forget()
        yield queue["QueueUrl"]
    _forget()


def _forget():
    for made in vars(wiring).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()


def ask(method, path, **more):
    told = handler.handler(event(method, path, **more), Context())
    return Answer(told["statusCode"], told["multiValueHeaders"], json.loads(told["body"]))


def post(message, key="key-1", **more):
    headers = {"Idempotency-Key": key}
    return ask("POST", "/v1/messages", body=json.dumps(message), headers=headers, **more)


def text(body="Hello", **address):
    return {**(address or {"to": f"+{ADA}"}), "type": "text", "text": {"body": body}}


def told(*changes):
    """What the inbound function would have stored."""
    folding = ConversationsService(
        records=wiring.records(),
        directory=wiring.directory(),
        pseudonyms=wiring.pseudonyms(),
        blobs=S3Blobs(boto3.client("s3"), "media"),
        entry_point_hours=72,
    )
    folding.fold(build.body(build.webhook(*changes, time=NOW)))


def wake_ups(queue_url):
    found = boto3.client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in found.get("Messages", [])]


def test_an_accepted_message_is_queued_shown_and_wakes_the_sender_once(aws):
    first, again = post(text()), post(text())

    assert first.status == 202
    assert first.body == again.body
    assert len(wake_ups(aws)) == 1
    shown = ask("GET", f"/v1/messages/{first.body['id']}").body
    answers.Message.model_validate(shown)
    assert (shown["status"], shown["direction"]) == ("queued", "outbound")
    assert shown["content"] == {"text": {"body": "Hello"}}
    path = f"/v1/conversations/{first.body['conversation_id']}/messages"
    assert ask("GET", path).body == {"items": [shown], "next_cursor": None}
    (conversation,) = ask("GET", "/v1/conversations").body["items"]
    assert conversation["id"] == first.body["conversation_id"]
    assert conversation["contact"]["aliases"] == [{"kind": "phone", "value": ADA}]


def test_the_same_key_with_another_body_conflicts_and_stores_nothing(aws):
    first = post(text())
    assert post(text("Another")).status == 409
    path = f"/v1/conversations/{first.body['conversation_id']}/messages"
    assert len(ask("GET", path).body["items"]) == 1


def test_keys_of_two_clients_do_not_meet(aws):
    other = {"client_id": "client-2", "scope": "amana/messages:send"}
    assert post(text()).body["id"] != post(text(), claims=other).body["id"]


def test_both_directions_of_a_conversation_stand_together(aws):
    message = build.text_message("wamid.IN", sender=ADA, at=NOW)
    told(build.change(messages=[message]))
    (conversation,) = ask("GET", "/v1/conversations").body["items"]

    sent = post(text(contact_id=conversation["contact"]["contact_id"]))
    callback = {"biz_opaque_callback_data": sent.body["id"]}
    read = build.status("wamid.OUT", "read", recipient=ADA, at=NOW + 9, **callback)
    told(build.change(statuses=[read]))

    assert sent.body["conversation_id"] == conversation["id"]
    items = ask("GET", f"/v1/conversations/{conversation['id']}/messages").body["items"]
    answers.Messages.model_validate({"items": items, "next_cursor": None})
    by_direction = {item["direction"]: item for item in items}
    assert by_direction["inbound"]["wamid"] == "wamid.IN"
    assert by_direction["outbound"]["id"] == sent.body["id"]
    assert by_direction["outbound"]["status"] == "read"
    assert by_direction["outbound"]["wamid"] == "wamid.OUT"


@pytest.mark.parametrize("message_id", ["ours", "wamid.IN"])
def test_a_received_message_is_marked_as_read_by_either_of_its_ids(aws, message_id):
    told(build.change(messages=[build.text_message("wamid.IN", sender=ADA, at=NOW)]))
    (conversation,) = ask("GET", "/v1/conversations").body["items"]
    path = f"/v1/conversations/{conversation['id']}/messages"
    (inbound,) = ask("GET", path).body["items"]

    named = inbound["id"] if message_id == "ours" else message_id
    answer = post({"type": "read", "read": {"message_id": named, "typing_indicator": True}})

    assert answer.status == 202
    assert answer.body["conversation_id"] == conversation["id"]
    assert ask("GET", f"/v1/messages/{answer.body['id']}").body["type"] == "read"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (text(contact_id="nnobody"), "contact_id"),
        ({**text(), "phone_number_id": "1"}, "phone_number_id"),
        ({"type": "read", "read": {"message_id": "wamid.unheard"}}, "message_id"),
        (text(to="0151"), "to"),
    ],
)
def test_what_is_unknown_or_malformed_is_named_and_nothing_is_queued(aws, message, field):
    answer = post(message)

    assert answer.status == 400
    assert [error["field"] for error in answer.body["errors"]] == [field]
    assert wake_ups(aws) == []


def test_other_numbers_of_the_stage_may_send(aws):
    answer = post({**text(), "phone_number_id": OTHER_NUMBER})

    assert answer.status == 202
    assert answer.body["conversation_id"].startswith(f"{OTHER_NUMBER}.")


def test_too_many_waiting_messages_are_turned_away(aws):
    answered = [post(text(), key=f"key-{i}").status for i in range(4)]

    assert answered == [202, 202, 202, 429]


def test_a_large_update_and_its_neighbours_are_shown(aws):
    large = build.text_message("wamid.1", sender=ADA, at=NOW, text={"body": "x" * 100_000})
    told(build.change(messages=[large, build.text_message("wamid.2", sender=ADA, at=NOW + 1)]))
    (conversation,) = ask("GET", "/v1/conversations").body["items"]

    items = ask("GET", f"/v1/conversations/{conversation['id']}/messages").body["items"]

    assert [len(item["content"]["text"]["body"]) for item in items] == [15, 100_000]


def test_account_updates_are_shown(aws):
    told({"field": "account_alerts", "value": {"alert_type": "A"}})

    (update,) = ask("GET", f"/v1/accounts/{build.WABA}/updates").body["items"]

    assert (update["field"], update["content"]) == ("account_alerts", {"alert_type": "A"})


def test_a_table_that_cannot_be_reached_is_503(aws):
    boto3.client("dynamodb").delete_table(TableName="conversations")

    for answer in (post(text()), ask("GET", "/v1/conversations")):
        assert answer.status == 503
        assert answer.headers["Retry-After"] == ["1"]


def test_logs_carry_ids_and_counts_and_nothing_of_the_person(aws, capsys):
    told(build.change(messages=[build.text_message("wamid.IN", sender=ADA, at=NOW)]))
    accepted = post(text(CANARY))
    post(text(CANARY, to=CANARY), key=CANARY)
    ask("GET", "/v1/conversations", query={"cursor": CANARY})
    ask("GET", f"/v1/messages/{accepted.body['id']}")

    out, err = capsys.readouterr()
    assert accepted.body["id"] in out
    for canary in (CANARY, ADA, "wamid"):
        assert canary not in out + err


def test_log_lines_name_the_request(aws, capsys):
    log.bind(request_id="of an earlier request")

    post(text())

    assert '"request_id":"lambda-request-1"' in capsys.readouterr().out
