"""What of a request stands in the audit log, and what must never."""

import json

import pytest

from functions.core.audit.vocabulary import Action
from tests.fakes import build
from tests.unit.messages_api.api import ADA, TEXT, T

MESSAGE = f"m_{'a' * 26}"


@pytest.fixture
def written(api):
    api.told(build.change(messages=[build.text_message("wamid.1", sender=ADA, at=T)]))
    return api.get("/v1/conversations").body["items"][0]["id"]


def last(api):
    return api.outbox.entries[-1]


def test_who_reads_a_conversation_is_entered_with_whose_and_which_messages(api, written):
    shown = api.get(f"/v1/conversations/{written}/messages", request="r-2").body["items"]
    entry = last(api)
    assert entry["action"] == Action.MESSAGES_LISTED
    assert entry["by"] == {
        "kind": "client",
        "id": "client-1",
        "role": "amana/messages:read",
        "network": "203.0.113.0/24",
    }
    assert entry["on"] == [written.rpartition(".")[2]]
    assert entry["what"] == f"conversation/{written}"
    assert entry["request"] == "r-2"
    assert entry["facts"]["messages"] == [message["id"] for message in shown]
    assert entry["outcome"] == "done"


def test_who_lists_conversations_is_entered_with_everybody_shown(api, written):
    assert last(api)["action"] == Action.CONVERSATIONS_LISTED
    assert last(api)["on"] == [written.rpartition(".")[2]]


def test_who_reads_one_message_is_entered_with_whose(api, written):
    (shown,) = api.get(f"/v1/conversations/{written}/messages", request="r-2").body["items"]
    api.get(f"/v1/messages/{shown['id']}", request="r-3")
    assert last(api)["what"] == f"message/{shown['id']}"
    assert last(api)["on"] == [shown["contact_id"]]


def test_what_is_stored_with_its_entry_is_entered_once(api):
    """The intent's transaction holds the entry: see the contract of the sending store."""
    assert api.post(TEXT).status == 202
    assert api.outbox.entries == []


def test_asking_for_the_same_again_is_entered_as_that(api):
    api.post(TEXT)
    api.post(TEXT, request="r-2")
    assert [entry["action"] for entry in api.outbox.entries] == [Action.INTENT_ACCEPTED]
    assert last(api)["what"] == f"message/{MESSAGE}"


def test_a_refusal_is_entered_with_its_reason_and_none_of_its_words(api):
    api.post({"to": "no number", "type": "text", "text": {"body": "canary"}})
    entry = last(api)
    assert entry["outcome"] == "refused"
    assert entry["facts"]["problem"] == "invalid-request"
    assert "canary" not in json.dumps(entry)


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/accounts/{ADA}/updates",
        f"/v1/conversations/{ADA}.nabc/messages",
        f"/v1/messages/{ADA}",
        f"/v1/conversations?phone_number_id={ADA}",
    ],
)
def test_what_a_caller_writes_into_an_address_does_not_get_into_the_log(api, path):
    path, _, query = path.partition("?")
    api.get(path, query=dict([query.split("=")]) if query else None)
    assert ADA not in json.dumps(api.outbox.entries)


def test_why_somebody_reads_is_entered(api):
    api.get("/v1/conversations", headers={"Amana-Purpose": "care-review"})
    assert last(api)["purpose"] == "care-review"


@pytest.mark.parametrize("purpose", ["Ada Lovelace", "", "x" * 65, "+4915550100011", "a\nb"])
def test_a_purpose_is_one_word(api, purpose):
    answer = api.get("/v1/conversations", headers={"Amana-Purpose": purpose})
    assert answer.status == 400
    assert [error["field"] for error in answer.body["errors"]] == ["Amana-Purpose"]
    assert "purpose" not in last(api)
