import base64

import pytest

from functions.webhook.request import Handshake, handshake, header, raw_body

ASKED = {"hub.mode": "subscribe", "hub.verify_token": "t", "hub.challenge": "1158201444"}


def test_a_handshake_is_read():
    event = {"queryStringParameters": ASKED}

    assert handshake(event) == Handshake(verify_token="t", challenge="1158201444")


@pytest.mark.parametrize(
    "change",
    [
        {"hub.mode": "unsubscribe"},
        {"hub.mode": None},
        {"hub.challenge": ""},
        {"hub.challenge": None},
        {"hub.challenge": "<script>"},
        {"hub.challenge": "12a"},
        {"hub.challenge": "12\n"},
        {"hub.challenge": "\u0661\u0662"},
        {"hub.challenge": "1" * 65},
    ],
)
def test_an_incomplete_or_odd_handshake_is_none(change):
    assert handshake({"queryStringParameters": ASKED | change}) is None


def test_a_request_without_a_query_is_no_handshake():
    assert handshake({"queryStringParameters": None}) is None
    assert handshake({}) is None


def test_base64_and_plain_bodies_are_the_same_bytes():
    body = '{"text":"\u00e9\U0001f98a"}'
    encoded = base64.b64encode(body.encode()).decode()

    assert raw_body({"body": body, "isBase64Encoded": False}) == body.encode()
    assert raw_body({"body": encoded, "isBase64Encoded": True}) == body.encode()


def test_a_missing_body_is_empty():
    assert raw_body({"body": None}) == b""


@pytest.mark.parametrize("body", ["a", "%%%%", "\u00e9"])
def test_broken_base64_is_no_body(body):
    assert raw_body({"body": body, "isBase64Encoded": True}) is None


def test_headers_are_found_in_any_case():
    assert header({"headers": {"x-hub-signature-256": "s"}}, "X-Hub-Signature-256") == "s"


def test_a_header_given_twice_counts_as_missing():
    event = {
        "headers": {"X-Hub-Signature-256": "b"},
        "multiValueHeaders": {"X-Hub-Signature-256": ["a", "b"]},
    }

    assert header(event, "X-Hub-Signature-256") is None


@pytest.mark.parametrize("event", [{}, {"headers": None}, {"headers": {"Other": "x"}}])
def test_a_missing_header_is_none(event):
    assert header(event, "X-Hub-Signature-256") is None
