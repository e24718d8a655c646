"""The Graph client for media over sockets: against the sandbox, and against servers gone wrong."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from media_platform import NUMBER, PERSON, TOKEN, sandbox_config

from functions.core.media.errors import (
    GoneError,
    LaterError,
    QuarantineError,
    RefusedError,
    UrlExpiredError,
)
from functions.core.media.graph import MediaGraph
from functions.core.media.hosts import Hosts
from functions.core.media.model import Reason
from functions.core.runtime import clock
from sandbox import Sandbox

SOON = 60_000
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1000


class GivenToken:
    def __init__(self, token=TOKEN):
        self.token, self.forgotten = token, 0

    def get(self):
        return self.token

    def forget(self):
        self.forgotten += 1


def client(url, hosts=None, token=None, **more):
    allowed = Hosts(url if hosts is None else hosts)
    return MediaGraph(url=url, version="v26.0", hosts=allowed, token=token or GivenToken(), **more)


@pytest.fixture
def sandbox():
    with Sandbox(sandbox_config()) as running:
        yield running


class Scripted(ThreadingHTTPServer):
    """Answers with what the test says: path -> (status, headers, body)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.seen = {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Clients hang up on purpose here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answers[self.path]
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def server():
    running = Scripted()
    yield running
    running.shutdown()
    running.server_close()


def fetched(graph, url):
    with graph.download(url, until_ms=clock.now_ms() + SOON) as pieces:
        return b"".join(pieces)


def received(sandbox):
    import base64

    data = base64.b64encode(PNG).decode()
    sandbox.inbound(PERSON, type="image", image={"data_base64": data, "mime_type": "image/png"})
    (media_id,) = sandbox._state.account.media._media
    return media_id


def test_a_medium_is_described_and_downloaded(sandbox):
    graph, media_id = client(sandbox.graph_url), received(sandbox)
    told = graph.describe(media_id)
    assert (told.mime, told.size, len(told.sha256)) == ("image/png", len(PNG), 64)
    assert fetched(graph, told.url) == PNG


def test_an_upload_arrives_as_it_was_without_being_in_memory(sandbox):
    pieces = (PNG[at : at + 999] for at in range(0, len(PNG), 999))
    graph = client(sandbox.graph_url)
    media_id = graph.upload(NUMBER, mime="image/png", size=len(PNG), pieces=pieces)
    stored = sandbox._state.account.media._media[media_id]
    assert (stored.data, stored.mime_type, stored.uploaded) == (PNG, "image/png", True)
    assert stored.phone_number_id == NUMBER


def test_what_graph_does_not_take_is_refused(sandbox):
    with pytest.raises(RefusedError) as caught:
        client(sandbox.graph_url).upload(NUMBER, mime="text/csv", size=1, pieces=[b"x"])
    assert caught.value.code == 100


def test_an_unknown_medium_is_gone_and_a_known_number_is_seen(sandbox):
    graph = client(sandbox.graph_url)
    with pytest.raises(GoneError):
        graph.describe("123456")
    assert graph.sees(NUMBER)
    assert not graph.sees("999")


def test_a_url_lives_five_minutes(sandbox):
    graph = client(sandbox.graph_url)
    told = graph.describe(received(sandbox))
    sandbox.advance(301)
    with pytest.raises(UrlExpiredError):
        fetched(graph, told.url)
    assert fetched(graph, graph.describe(next(iter(sandbox._state.account.media._media))).url)


@pytest.mark.parametrize("token", ["expired", "", "with\nnewline", "ünicode"])
def test_a_bad_token_stops_everything_and_is_read_anew(sandbox, token):
    given = GivenToken(token)
    graph = client(sandbox.graph_url, token=given)
    for ask in (lambda: graph.describe("1"), lambda: graph.sees(NUMBER)):
        with pytest.raises(LaterError) as caught:
            ask()
        assert caught.value.stopped
    assert given.forgotten == 2


def test_spaces_around_a_token_do_not_matter(sandbox):
    assert client(sandbox.graph_url, token=GivenToken(f" {TOKEN}\n")).sees(NUMBER)


def test_metas_hosts_only_get_the_token(server):
    graph = client(server.url, hosts="lookaside.fbsbx.com")
    with pytest.raises(QuarantineError) as caught:
        fetched(graph, f"{server.url}/file")
    assert caught.value.reason == Reason.FOREIGN_HOST
    assert server.seen == []


def test_a_redirect_within_what_is_allowed_is_followed(server):
    server.answers = {
        "/a": (302, {"Location": "/b"}, b""),
        "/b": (200, {}, b"the file"),
    }
    assert fetched(client(server.url), f"{server.url}/a") == b"the file"
    assert [headers["Authorization"] for _, headers in server.seen] == [f"Bearer {TOKEN}"] * 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["http://127.0.0.2:1/x", "https://evil.example/x", "//evil.example/x", "ftp://a/b"]
)
def test_a_redirect_elsewhere_is_not(server, status, location):
    server.answers = {"/a": (status, {"Location": location}, b"")}
    with pytest.raises(QuarantineError) as caught:
        fetched(client(server.url), f"{server.url}/a")
    assert caught.value.reason == Reason.FOREIGN_HOST


def test_redirects_without_end_are_left_for_later(server):
    server.answers = {"/a": (302, {"Location": "/a"}, b"")}
    with pytest.raises(LaterError):
        fetched(client(server.url), f"{server.url}/a")
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, UrlExpiredError),
        (410, UrlExpiredError),
        (403, UrlExpiredError),
        (401, UrlExpiredError),
        (429, LaterError),
        (500, LaterError),
        (503, LaterError),
    ],
)
def test_what_a_file_server_answers(server, status, error):
    server.answers = {"/a": (status, {}, b"words of Meta")}
    with pytest.raises(error):
        fetched(client(server.url), f"{server.url}/a")


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"no json", None),
        (200, b"[1, 2]", None),
        (400, b'{"error": {"code": 100, "error_subcode": 33}}', GoneError),
        (400, b'{"error": {"code": 100, "message": "canary"}}', RefusedError),
        (400, b'{"error": {"code": 4}}', LaterError),
        (400, b'{"error": {"code": 131052}}', RefusedError),
        (400, b'{"error": {"code": "strange"}}', RefusedError),
        (403, b'{"error": {"code": 10}}', LaterError),
        (429, b"", LaterError),
        (500, b"<html>", LaterError),
        (502, b"", LaterError),
        (200, b'{"file_size": "12", "url": 5, "sha256": null}', None),
    ],
)
def test_what_graph_answers(server, status, body, error):
    server.answers = {"/v26.0/1": (status, {}, body)}
    if error is None:
        assert client(server.url).describe("1").size in (None, 12)
        return
    with pytest.raises(error) as caught:
        client(server.url).describe("1")
    assert "canary" not in str(caught.value)


def test_the_pause_that_graph_asks_for_is_passed_on(server):
    answer = (429, {"Retry-After": "77"}, b'{"error": {"code": 80007}}')
    server.answers = {"/v26.0/1": answer}
    with pytest.raises(LaterError) as caught:
        client(server.url).describe("1")
    assert caught.value.delay_s == 77


def test_an_answer_without_end_is_not_read_to_its_end(server):
    server.answers = {"/v26.0/1": (200, {}, b'{"url": "' + b"x" * 10_000_000)}
    server.answers["/v26.0/2"] = (200, {}, b'{"mime_type": "image/png"}')
    graph = client(server.url)
    assert graph.describe("1").url == ""
    assert graph.describe("2").mime == "image/png"


def test_a_file_that_was_cut_off_is_no_file(server):
    server.answers = {"/a": (200, {"Content-Length": "1000", "Connection": "close"}, b"x" * 10)}
    with pytest.raises(LaterError) as caught:
        fetched(client(server.url), f"{server.url}/a")
    assert caught.value.reason == Reason.CUT_OFF


def test_nobody_there_is_for_later():
    with pytest.raises(LaterError):
        client("http://127.0.0.1:9").describe("1")


def test_a_download_ends_when_the_time_is_up(sandbox):
    graph = client(sandbox.graph_url)
    told = graph.describe(received(sandbox))
    sandbox.fault("slow", seconds=0.05, bytes=1000)
    began = time.monotonic()
    with (
        pytest.raises(LaterError) as caught,
        graph.download(told.url, until_ms=clock.now_ms() + 200) as pieces,
    ):
        list(pieces)
    assert caught.value.reason == Reason.CUT_OFF
    assert time.monotonic() - began < 5


def test_a_connection_that_was_idle_for_long_is_not_used_again(server):
    server.answers = {"/v26.0/1": (200, {}, b"{}")}
    now = [0]
    graph = client(server.url, now_ms=lambda: now[0])
    pools = []
    for at in (0, 29_999, 60_000):
        now[0] = at
        graph.describe("1")
        pools.append(graph._http.connection_from_url(server.url))
    assert pools[0] is pools[1]
    assert pools[1] is not pools[2]


def test_connections_serve_one_request_after_another(sandbox):
    graph = client(sandbox.graph_url)
    media_id = received(sandbox)
    for _ in range(3):
        assert fetched(graph, graph.describe(media_id).url) == PNG
