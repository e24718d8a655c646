"""Good requests and what they are answered with, held to the models the description shows."""

import base64
import json

import pytest

from functions.messages_api import answers
from tests.fakes import build
from tests.unit.messages_api.api import ADA, TEXT, T


def conversation(api):
    message = build.text_message("wamid.1", sender=ADA, at=T)
    echo = build.text_message("wamid.2", sender="15550109999", at=T + 1, to=ADA)
    api.told(build.change(messages=[message]))
    api.told(build.change("smb_message_echoes", message_echoes=[echo]))
    pricing = {"billable": True, "category": "service"}
    read = build.status("wamid.2", "read", recipient=ADA, at=T + 2, pricing=pricing)
    api.told(build.change(statuses=[read]))
    return api.get("/v1/conversations").body["items"][0]["id"]


def test_a_message_is_accepted_under_the_clients_own_key(api):
    answer = api.post(TEXT)

    assert answer.status == 202
    assert answer.headers["Content-Type"] == "application/json"
    answers.Accepted.model_validate(answer.body)
    ((client, key),) = api.sending.accepted
    assert (client, key) == ("client-1", "key-1")


def test_the_same_request_again_gets_the_same_answer(api):
    assert api.post(TEXT) == api.post(TEXT)
    assert len(api.sending.accepted) == 1


def test_a_base64_body_and_headers_in_any_case_are_read(api):
    body = base64.b64encode(json.dumps(TEXT).encode()).decode()

    answer = api.ask(
        "POST", "/v1/messages", body=body, base64=True, headers={"IDEMPOTENCY-KEY": "key-1"}
    )

    assert answer.status == 202


def test_conversations_and_their_messages_look_as_described(api):
    conversation_id = conversation(api)

    conversations = api.get("/v1/conversations")
    messages = api.get(f"/v1/conversations/{conversation_id}/messages")

    assert (conversations.status, messages.status) == (200, 200)
    answers.Conversations.model_validate(conversations.body)
    answers.Messages.model_validate(messages.body)
    assert [m["direction"] for m in messages.body["items"]] == ["outbound", "inbound"]
    one = api.get(f"/v1/messages/{messages.body['items'][0]['id']}")
    assert one.body == messages.body["items"][0]
    assert one.body["statuses"][0]["pricing"]["category"] == "service"


def test_pages_follow_each_other_by_cursor(api):
    path = f"/v1/conversations/{conversation(api)}/messages"

    first = api.get(path, query={"limit": "1"}).body
    second = api.get(path, query={"limit": "1", "cursor": first["next_cursor"]}).body

    assert [m["wamid"] for m in first["items"] + second["items"]] == ["wamid.2", "wamid.1"]
    assert second["next_cursor"] is None


def test_conversations_of_one_number(api):
    conversation(api)

    assert api.get("/v1/conversations", query={"phone_number_id": "1"}).body["items"] == []
    mine = api.get("/v1/conversations", query={"phone_number_id": build.NUMBER})
    assert len(mine.body["items"]) == 1


@pytest.mark.parametrize("waba", [build.WABA, "unknown", "<ENTRY.ID>"])
def test_account_updates_look_as_described(api, waba):
    payload = build.webhook({"field": "account_alerts", "value": {"alert": 1}}, waba=waba, time=T)
    api.folding.fold(build.body(payload))

    answer = api.get(f"/v1/accounts/{waba}/updates")

    assert answer.status == 200
    answers.AccountUpdates.model_validate(answer.body)
    assert [u["field"] for u in answer.body["items"]] == ["account_alerts"]


def test_ids_may_come_percent_encoded(api):
    conversation_id = conversation(api).replace(".", "%2E")

    assert api.get(f"/v1/conversations/{conversation_id}/messages").status == 200


def test_answers_are_not_to_be_kept_or_guessed_at(api):
    headers = api.get("/v1/conversations").headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
