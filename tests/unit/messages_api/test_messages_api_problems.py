"""Bad requests: problem details that name field and reason and repeat nothing."""

import json

import pytest

from functions.core.runtime.errors import SettingsError, StoreUnavailableError
from functions.core.sending.errors import (
    TooManyPendingError,
    UnknownContactError,
    UnknownMessageError,
    UnknownPhoneNumberError,
)
from functions.messages_api import answers
from functions.messages_api.operations import READ, SEND
from tests.unit.messages_api.api import TEXT

SECRET = "Zebra7"
CONVERSATION = "/v1/conversations/106540000000001.nabc/messages"
GETS = ["/v1/conversations", CONVERSATION, f"/v1/messages/m_{'a' * 26}", "/v1/accounts/1/updates"]


def problem(answer, status):
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    answers.ProblemDetails.model_validate(answer.body)
    assert answer.body["status"] == status
    assert answer.body["request_id"] == "gateway-request-1"
    assert answer.body["type"].startswith("urn:amana:problem:")
    assert SECRET not in json.dumps(answer.body)
    return {error["field"]: error["reason"] for error in answer.body["errors"]}


def test_every_wrong_field_of_a_message_is_named(api):
    message = {**TEXT, "to": SECRET, "text": {"body": ""}, "policy": SECRET}

    errors = problem(api.post(message), 400)

    assert list(errors) == ["to", "policy", "text.body"]
    assert errors["to"].startswith("must be a phone number in E.164 form")


@pytest.mark.parametrize("body", [None, "", "{", SECRET, "[]"])
def test_a_body_that_is_no_json_object(api, body):
    assert list(problem(api.post(body), 400)) == ["body"]


def test_a_body_that_is_not_what_it_claims_to_be(api):
    assert problem(api.post("%%%", base64=True), 400) == {"body": "is not readable"}


def test_a_body_with_half_a_character(api):
    assert list(problem(api.post('{"type": "\ud800"}'), 400)) == ["body"]


def test_a_body_larger_than_any_message(api):
    problem(api.post({**TEXT, "text": {"body": "x" * 140_000}}), 413)


@pytest.mark.parametrize("key", ["", "   ", "ü", "x" * 256, "a\nb", " padded "])
def test_a_bad_idempotency_key(api, key):
    errors = problem(api.post(TEXT, headers={"Idempotency-Key": key}), 400)

    assert errors == {"Idempotency-Key": "must be 1 to 255 printable ASCII characters"}


@pytest.mark.parametrize("headers", [None, {}])
def test_a_missing_idempotency_key(api, headers):
    answer = api.ask("POST", "/v1/messages", body=json.dumps(TEXT), headers=headers)

    assert problem(answer, 400) == {"Idempotency-Key": "is required"}
    assert api.sending.accepted == {}


def test_the_same_key_with_another_body(api):
    api.post(TEXT)

    errors = problem(api.post({**TEXT, "text": {"body": "Other"}}), 409)

    assert list(errors) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("failure", "field"),
    [
        (UnknownContactError("no contact has this id"), "contact_id"),
        (UnknownPhoneNumberError("not ours"), "phone_number_id"),
        (UnknownMessageError("not stored"), "message_id"),
    ],
)
def test_what_the_message_names_is_unknown(api, failure, field):
    api.sending.failure = failure

    assert list(problem(api.post(TEXT), 400)) == [field]


def test_too_many_messages_wait(api):
    api.sending.failure = TooManyPendingError("too many")
    answer = api.post(TEXT)

    problem(answer, 429)
    assert answer.headers["Retry-After"] == "6"


def test_aws_refuses(api):
    api.sending.failure = StoreUnavailableError(SECRET)
    answer = api.post(TEXT)

    problem(answer, 503)
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("failure", [RuntimeError(SECRET), SettingsError(SECRET), KeyError(SECRET)])
def test_a_mistake_of_ours_is_told_as_such_and_logged_without_its_words(api, failure, capsys):
    api.sending.failure = failure

    problem(api.post(TEXT), 500)

    logged = capsys.readouterr().out
    assert type(failure).__name__ in logged
    assert '"where":"api.py:' in logged
    assert SECRET not in logged


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize(
    ("claims", "status"),
    [
        (None, 401),
        ({}, 401),
        ({"scope": READ}, 401),
        ({"client_id": "c"}, 403),
        ({"client_id": "c", "scope": SEND}, 403),
        ({"client_id": "c", "scope": f"{READ}er x/{READ}"}, 403),
    ],
)
def test_reading_needs_its_scope(api, path, claims, status):
    answer = api.get(path, claims=claims)

    problem(answer, status)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_sending_needs_its_scope(api):
    problem(api.post(TEXT, claims={"client_id": "c", "scope": READ}), 403)
    problem(api.post(TEXT, claims=None), 401)
    assert api.sending.accepted == {}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"cursor": SECRET}, "cursor"),
        ({"cursor": f"{SECRET}."}, "cursor"),
        ({"cursor": "x" * 700}, "cursor"),
        ({"limmit": "1"}, "limmit"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/conversations", "/v1/accounts/1/updates"])
def test_bad_query(api, path, query, field):
    assert list(problem(api.get(path, query=query), 400)) == [field]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/nothing",
        "/v1/messages/",
        f"/v1/messages/{SECRET}",
        f"/v1/messages/w_{'a' * 26}",
        "/v1/messages/wamid.HBg",
        f"/v1/conversations/{SECRET}/messages",
        "/v1/conversations/1.n/../messages",
        CONVERSATION,
        "/v1/conversations/1.nabc~x/messages",
        f"/v1/accounts/{'1' * 129}/updates",
        "/v1/accounts/1%0a/updates",
        "/v1/accounts/1%2F2/updates",
    ],
)
def test_nothing_is_there(api, path):
    problem(api.get(path), 404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD"])
def test_other_methods_are_not_there_either(api, method):
    problem(api.ask(method, "/v1/messages"), 404)


def test_logs_tell_ids_and_counts_only(api, capsys):
    message = {**TEXT, "text": {"body": SECRET}}

    api.post(message)
    api.post({**message, "to": SECRET})
    api.get(f"/v1/messages/{SECRET}")
    api.get("/v1/conversations", query={"cursor": SECRET})

    logged = capsys.readouterr()
    assert f"m_{'a' * 26}" in logged.out
    for canary in (SECRET, TEXT["to"].lstrip("+"), "key-1"):
        assert canary not in logged.out + logged.err
