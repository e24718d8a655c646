"""Nothing with a card number in it leaves the webhook function, by queue, log or metric."""

import hmac
import json

import pytest

from functions.webhook import handler, request, wiring

NUMBER = "4111 1111 1111 1111"
SECRET = "app secret"


class Context:
    aws_request_id = "request-1"


class Keeper:
    def signed(self, body, header):
        expected = "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
        return header == expected


class Put:
    def __init__(self):
        self.bodies = []

    def put(self, body):
        self.bodies.append(body)


@pytest.fixture
def inbox(monkeypatch):
    put = Put()
    monkeypatch.setattr(wiring, "gatekeeper", Keeper)
    monkeypatch.setattr(wiring, "inbox", lambda: put)
    return put


def post(body):
    signature = "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
    event = {
        "httpMethod": "POST",
        "headers": {"X-Hub-Signature-256": signature},
        "body": body.decode(),
    }
    return handler.handler(event, Context())


def test_a_card_number_is_masked_before_the_body_is_put_anywhere(inbox, capsys):
    answer = post(json.dumps({"text": {"body": NUMBER}}).encode())

    assert answer["statusCode"] == 200  # signed as it came, masked after
    assert json.loads(inbox.bodies[0])["text"] == {"amana_masked": 1, "body": "4111 11██ ████ 1111"}
    told = capsys.readouterr().out
    assert "1111" not in told
    metric = json.loads(next(line for line in told.splitlines() if "_aws" in line))
    assert (metric["CardNumbersMasked"], metric["direction"]) == (1, "inbound")


def test_two_numbers_count_as_two(inbox, capsys):
    post(json.dumps({"text": {"body": f"{NUMBER} and {NUMBER}"}}).encode())

    assert '"CardNumbersMasked":2' in capsys.readouterr().out


def test_other_bodies_pass_as_they_came_and_nothing_is_counted(inbox, capsys):
    body = b'{"entry" : [{"id":"480100000000017"}]}'

    post(body)

    assert inbox.bodies == [body]
    assert "CardNumbersMasked" not in capsys.readouterr().out


def test_a_body_without_a_number_is_not_copied():
    body = b'{"entry":[]}'

    assert request.without_card_numbers(body) is body


def test_a_delivery_repeated_is_masked_the_same_way(inbox):
    body = json.dumps({"text": {"body": NUMBER}}).encode()

    post(body)
    post(body)

    assert inbox.bodies[0] == inbox.bodies[1]
