"""What counts as sent: the client against urllib3's own errors."""

import json
import ssl
from types import SimpleNamespace

import pytest
from urllib3 import exceptions

from functions.core.whatsapp.graph import Accepted, Ambiguous, GraphClient, NotSent, Refused
from functions.core.whatsapp.graph_errors import ErrorClass

TOKEN = "token-4711"
PAYLOAD = {"messaging_product": "whatsapp", "to": "15550100042", "text": {"body": "caf\u00e9"}}
ACCEPTED = {"messages": [{"id": "wamid.1", "message_status": "accepted"}]}


class FakeHttp:
    def __init__(self, result=None):
        self.result = result
        self.requests = []
        self.cleared = 0

    def request(self, method, url, **more):
        self.requests.append((method, url, more))
        if isinstance(self.result, Exception):
            raise self.result
        body = json.dumps(self.result or ACCEPTED).encode()
        return SimpleNamespace(status=200, data=body, headers={})

    def clear(self):
        self.cleared += 1


def client(http, **more):
    return GraphClient(url="https://graph.example/", version="v26.0", http=http, **more)


def send(http, token=TOKEN, number="900"):
    return client(http).send(number, PAYLOAD, token)


def test_a_message_is_posted_once_to_the_number_with_the_token():
    http = FakeHttp()

    assert isinstance(send(http), Accepted)
    [(method, url, more)] = http.requests
    assert (method, url) == ("POST", "https://graph.example/v26.0/900/messages")
    assert more["headers"]["Authorization"] == f"Bearer {TOKEN}"
    assert json.loads(more["body"]) == PAYLOAD
    assert more["redirect"] is False


def test_a_number_cannot_change_the_path():
    http = FakeHttp()
    send(http, number="../x?y")

    assert http.requests[0][1] == "https://graph.example/v26.0/..%2Fx%3Fy/messages"


@pytest.mark.parametrize("token", ["", " ", "a\r\nX: y", "t\u00f6ken", "a\x00"])
def test_an_unusable_token_stops_the_channel_and_is_never_sent(token):
    http = FakeHttp()
    outcome = send(http, token)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.error_class) == (190, ErrorClass.STOP_CHANNEL)
    assert http.requests == []


def test_a_line_break_after_the_token_does_no_harm():
    http = FakeHttp()
    send(http, f"{TOKEN}\n")

    assert http.requests[0][2]["headers"]["Authorization"] == f"Bearer {TOKEN}"


UNTRUSTED = exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))


@pytest.mark.parametrize(
    "error",
    [
        exceptions.NewConnectionError(None, "refused"),
        exceptions.NameResolutionError("host", None, OSError()),
        exceptions.ConnectTimeoutError("slow"),
        UNTRUSTED,
    ],
)
def test_what_failed_while_connecting_was_not_sent(error):
    assert isinstance(send(FakeHttp(error)), NotSent)


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ReadTimeoutError(None, "/", "slow"),
        exceptions.ProtocolError("reset"),
        exceptions.SSLError(ssl.SSLError("broken record")),
        exceptions.IncompleteRead(1, 2),
        exceptions.DecodeError("gzip"),
        exceptions.HTTPError("anything else"),
    ],
)
def test_what_failed_afterwards_is_ambiguous(error):
    assert isinstance(send(FakeHttp(error)), Ambiguous)


def test_connections_left_idle_are_not_trusted():
    time = [0.0]
    http = FakeHttp()
    graph = client(http, monotonic=lambda: 0.0, wall=lambda: time[0])

    for moment in (0, 29, 58, 90):
        time[0] = moment
        graph.send("900", PAYLOAD, TOKEN)

    assert http.cleared == 1


def test_the_clients_own_pool_waits_a_bounded_time_and_never_retries():
    pool = GraphClient(url="https://graph.example", version="v26.0")._http

    assert pool.connection_pool_kw["retries"].total is False
    timeout = pool.connection_pool_kw["timeout"]
    assert timeout.connect_timeout + timeout.read_timeout < 15
