"""The sandbox over real sockets: webhooks posted, redelivered and signed; connections cut."""

import hashlib
import hmac
import json
import threading

import pytest
import urllib3
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sandbox import Sandbox, SandboxConfig

NUMBER_ID = "106540352242922"
PHONE = "+4915112345678"
SECRET = "secret-of-the-app"


class Receiver:
    """A webhook endpoint that keeps what it gets and answers as it is told."""

    def __init__(self, ssl_context=None):
        self.got = []
        self.answers = []
        self._server = make_server("127.0.0.1", 0, self._app, ssl_context=ssl_context)
        self._server.log = lambda *_: None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        scheme = "https" if ssl_context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.port}/webhook"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()

    def bodies(self):
        return [json.loads(raw) for raw, _ in self.got]

    def _app(self, environ, start_response):
        with Request(environ) as request:
            if request.method == "GET":
                verified = request.args.get("hub.verify_token") == "verify-me"
                answer = Response(request.args["hub.challenge"], 200 if verified else 403)
            else:
                headers = request.headers
                self.got.append((request.get_data(), headers["X-Hub-Signature-256"]))
                answer = Response("", self.answers.pop(0) if self.answers else 200)
            return answer(environ, start_response)


def config(**settings):
    base = {
        "app_secret": SECRET,
        "verify_token": "verify-me",
        "access_token": "token",
        "waba_id": "102290129340398",
        "phone_number_ids": {NUMBER_ID: "15550783881"},
    }
    return SandboxConfig(**(base | settings))


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def sandbox(receiver):
    with Sandbox(config(webhook_url=receiver.url)) as sandbox:
        yield sandbox


@pytest.fixture
def pool():
    pool = urllib3.PoolManager(retries=False)
    yield pool
    pool.clear()


def send(pool, sandbox, text="Hello"):
    return pool.request(
        "POST",
        f"{sandbox.graph_url}/v26.0/{NUMBER_ID}/messages",
        json={"messaging_product": "whatsapp", "to": PHONE, "text": {"body": text}},
        headers={"Authorization": "Bearer token"},
    )


def statuses(receiver):
    values = [body["entry"][0]["changes"][0]["value"] for body in receiver.bodies()]
    return [status["status"] for value in values for status in value.get("statuses", ())]


def test_webhooks_arrive_signed_over_the_bytes_that_were_sent(sandbox, receiver):
    sandbox.inbound(PHONE, name="Åsa", text="Grüße 😀 https://example.com/")

    assert sandbox.settle()
    ((raw, signature),) = receiver.got
    expected = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert signature == f"sha256={expected}"
    assert rb"\u00fc" in raw
    assert rb"https:\/\/" in raw
    assert sandbox.webhooks()[0]["status"] == 200


def test_a_conversation_goes_both_ways(sandbox, receiver, pool):
    sandbox.inbound(PHONE, text="Hello")

    answer = send(pool, sandbox)

    assert answer.status == 200
    assert sandbox.settle()
    assert statuses(receiver) == ["sent", "delivered", "read"]


def test_a_webhook_that_was_not_taken_comes_again_with_the_same_bytes(sandbox, receiver):
    receiver.answers = [500, 503]
    sandbox.inbound(PHONE, text="Hello")

    for _ in range(3):
        assert sandbox.settle()
        sandbox.advance(3600)

    assert len(receiver.got) == 3
    assert len(set(receiver.got)) == 1
    assert [webhook["status"] for webhook in sandbox.webhooks()] == [500, 503, 200]


def test_a_webhook_nobody_answers_is_logged_and_tried_again(receiver, pool):
    with Sandbox(config(webhook_url="http://127.0.0.1:9/webhook")) as sandbox:
        sandbox.inbound(PHONE, text="Hello")
        assert sandbox.settle()
        sandbox.control.webhook({"url": receiver.url})
        sandbox.advance(3600)
        assert sandbox.settle()
        first, second = sandbox.webhooks()

    assert (first["status"], first["error"]) == (None, "NewConnectionError")
    assert (second["status"], second["attempt"]) == (200, 2)


def test_a_webhook_url_is_taken_after_the_handshake_only(sandbox, receiver, pool):
    def connect(url, **options):
        target = f"{sandbox.graph_url}/sandbox/webhook"
        return pool.request("POST", target, json={"url": url, **options})

    refused = connect("http://127.0.0.1:9/webhook")
    unchecked = connect("http://127.0.0.1:9/webhook", verify=False)
    accepted = connect(receiver.url)

    assert refused.status == 400
    assert "handshake" in refused.json()["error"]
    assert unchecked.status == 200
    assert accepted.json() == {"url": receiver.url}


def test_a_webhook_with_another_verify_token_does_not_pass_the_handshake(receiver, pool):
    with Sandbox(config(verify_token="another")) as sandbox:
        target = f"{sandbox.graph_url}/sandbox/webhook"
        answer = pool.request("POST", target, json={"url": receiver.url})

    assert answer.status == 400
    assert "HTTP 403" in answer.json()["error"]


@pytest.mark.parametrize(
    ("kind", "accepted", "news"),
    [
        ("timeout_before_accept", 0, []),
        ("timeout_after_accept", 1, ["sent", "delivered", "read"]),
    ],
)
def test_a_cut_connection_gives_the_client_no_answer(sandbox, receiver, pool, kind, accepted, news):
    sandbox.inbound(PHONE, text="Hello")
    sandbox.fault(kind)

    with pytest.raises(urllib3.exceptions.ProtocolError):
        send(pool, sandbox)

    assert len(sandbox.accepted()) == accepted
    assert sandbox.settle()
    assert statuses(receiver) == news


def test_a_held_connection_runs_into_the_clients_own_timeout(sandbox, pool):
    sandbox.inbound(PHONE, text="Hello")
    sandbox.fault("timeout_after_accept", hold_seconds=30)

    with (
        urllib3.PoolManager(retries=False, timeout=0.2) as impatient,
        pytest.raises(urllib3.exceptions.ReadTimeoutError),
    ):
        send(impatient, sandbox)

    assert len(sandbox.accepted()) == 1


def test_a_stopped_sandbox_answers_nobody_and_leaves_no_thread(receiver, pool):
    with Sandbox(config(webhook_url=receiver.url)) as sandbox:
        sandbox.fault("delay", delay_seconds=0)

    with pytest.raises(urllib3.exceptions.NewConnectionError):
        send(pool, sandbox)
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if name.startswith(("sandbox", "webhooks-"))]
