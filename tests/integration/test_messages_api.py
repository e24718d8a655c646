"""The messages API over moto: from a request to items and wake-ups, and back to what is shown."""

import json

import boto3
import pytest
from moto import mock_aws
from sealed_platform import (
    at_rest,
    create_queue,
    create_stores,
    destroy,
    items,
    pseudonym_secret,
    put,
    start_anew,
    without_kms,
)

from functions.core.conversations.blobs import S3Blobs
from functions.core.conversations.service import ConversationsService
from functions.core.runtime import log
from functions.messages_api import answers, handler, wiring
from functions.messages_api.settings import MessagesApiSettings
from tests.fakes import build
from tests.unit.messages_api.api import Answer, Context, event

NOW = 1_790_000_000
ADA, CANARY = "15550142424", "canary text Quetzalcoatl"
OTHER_NUMBER = "106540000000002"


@pytest.fixture
def aws(monkeypatch):
    with mock_aws():
        create_stores()
        queue_url = create_queue("outbound.fifo")
        settings = MessagesApiSettings(
            outbox_table="outbox",
            conversations_table="conversations",
            keys_table="keys",
            consent_table="consent",
            consent_rules="{}",
            timezone="UTC",
            outbound_queue_url=queue_url,
            media_bucket="media",
            pseudonym_secret_arn=pseudonym_secret(),
            portfolio_id="portfolio-1",
            phone_number_ids=f"{build.NUMBER},{OTHER_NUMBER}",
            max_pending_per_conversation=3,
        )
        for name, value in settings.environment().items():
            monkeypatch.setenv(name, value)
        start_anew(wiring)
        yield queue_url
    start_anew(wiring)


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
        blobs=S3Blobs(boto3.client("s3"), "media", wiring.seal().ring),
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


def written(wamid="wamid.IN", *, sender=ADA, body=CANARY):
    """What one person wrote, as the API shows it."""
    message = build.text_message(wamid, sender=sender, at=NOW, text={"body": body})
    told(build.change(messages=[message]))
    (new,) = [each for each in listed() if each["wamid"] == wamid]
    return new


def listed():
    found = ask("GET", "/v1/conversations").body["items"]
    paths = [f"/v1/conversations/{each['id']}/messages" for each in found]
    return [message for path in paths for message in ask("GET", path).body["items"]]


def test_whoever_looks_into_tables_buckets_and_queues_reads_nothing(aws):
    parameters = [{"type": "text", "text": CANARY}]
    template = {"name": "order", "language": {"code": "en"}}
    template["components"] = [{"type": "body", "parameters": parameters}]
    written()
    written("wamid.LARGE", body=CANARY * 5000)
    post(text(CANARY))
    post(
        {"to": f"+{ADA}", "type": "template", "purpose": "utility", "template": template},
        key="key-2",
    )
    post({"type": "read", "read": {"message_id": "wamid.IN"}}, key="key-3")

    assert len(listed()) == len(items(prefix="MESSAGE#")) == 5
    kept = at_rest()
    assert [canary for canary in (CANARY, ADA, "wamid.") if canary.encode() in kept] == []


def test_without_kms_nothing_is_accepted_or_shown_and_nothing_lost(aws, monkeypatch):
    shown = written()
    start_anew(wiring)
    before = items()
    with without_kms(monkeypatch):
        for answer in (
            post(text(CANARY)),
            ask("GET", f"/v1/messages/{shown['id']}"),
            ask("GET", "/v1/conversations"),
        ):
            assert answer.status == 503
            assert answer.headers["Retry-After"] == ["1"]
    assert items() == before
    assert wake_ups(aws) == []
    assert post(text(CANARY)).status == 202
    assert shown in listed()


def test_without_kms_not_even_a_new_person_is_kept_in_clear(aws, monkeypatch):
    with without_kms(monkeypatch):
        assert post(text(CANARY)).status == 503
    assert {item["pk"]["S"].partition("#")[0] for item in items()} <= {"ALIAS"}
    assert ADA.encode() not in at_rest()


@pytest.mark.parametrize("part", ["facts", "sealed_intent"])
def test_what_was_moved_to_another_contact_is_refused_with_an_alarm(aws, capsys, part):
    if part == "facts":
        ids = [written()["id"], written("wamid.2", sender="15550177777")["id"]]
    else:
        ids = [
            post(text(f"to {to}", to=f"+{to}"), key=to).body["id"] for to in (ADA, "15550177777")
        ]
    one, other = (items(prefix=f"MESSAGE#{each}")[0] for each in ids)
    put({**one, part: other[part]})

    answer = ask("GET", f"/v1/messages/{ids[0]}")

    assert (answer.status, answer.body["type"]) == (500, "urn:amana:problem:internal-error")
    out, err = capsys.readouterr()
    assert '"CiphertextRefused":1' in out
    assert [canary for canary in (CANARY, ADA, "15550177777") if canary in out + err] == []
    assert ask("GET", f"/v1/messages/{ids[1]}").status == 200


def test_a_content_key_moved_to_another_contact_is_refused_with_an_alarm(aws, capsys):
    shown = written()
    written("wamid.2", sender="15550177777")
    one, other = items("keys", "KEY#n")
    put({**one, "wrapped_key": other["wrapped_key"]}, "keys")
    put({**other, "wrapped_key": one["wrapped_key"]}, "keys")
    start_anew(wiring)

    assert ask("GET", f"/v1/messages/{shown['id']}").status == 500

    assert '"CiphertextRefused":1' in capsys.readouterr().out


def test_of_a_destroyed_key_it_is_told_when_and_its_neighbours_are_as_before(aws):
    gone = written()
    large = written("wamid.LARGE", body=CANARY * 5000)
    kept = written("wamid.2", sender="15550177777")
    (item,) = items(prefix=f"MESSAGE#{gone['id']}")
    (fact,) = item["facts"]["M"].values()
    destroy(fact["M"]["key"]["S"])
    start_anew(wiring)

    for message in (gone, large):
        shown = ask("GET", f"/v1/messages/{message['id']}").body
        answers.Message.model_validate(shown)
        assert shown["is_destroyed"] is True
        assert shown["destroyed_at"] == "2026-09-21T14:13:20.000Z"
        assert (shown["type"], shown["direction"]) == ("text", "inbound")
        assert (shown["content"], shown["wamid"]) == ({}, None)
        assert shown["timestamp"] == message["timestamp"]
    assert ask("GET", f"/v1/messages/{kept['id']}").body == kept
    people = {
        each["id"]: each["contact"]["aliases"]
        for each in ask("GET", "/v1/conversations").body["items"]
    }
    assert people == {
        gone["conversation_id"]: [],
        kept["conversation_id"]: [{"kind": "phone", "value": "15550177777"}],
    }


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
