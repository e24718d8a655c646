"""The Graph client over a real connection: what a lost answer looks like."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from functions.core.whatsapp.graph import Accepted, Ambiguous, GraphClient, NotSent

TOKEN = "token-4711"
PAYLOAD = {"messaging_product": "whatsapp", "to": "15550100042", "text": {"body": "caf\u00e9"}}
ACCEPTED = {"messages": [{"id": "wamid.1", "message_status": "accepted"}]}


class Server:
    """Graph on a loopback socket. `behaviour`: what becomes of the next requests."""

    def __init__(self):
        self.received = []
        self.behaviour = "answer"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                outer.received.append(self.rfile.read(length))
                if outer.behaviour == "hang up":
                    self.close_connection = True
                    return
                if outer.behaviour == "say nothing":
                    outer.released.wait(5)
                    return
                self._say(json.dumps(ACCEPTED).encode())

            def _say(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.released = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self._thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self._thread.start()

    def close(self):
        self.released.set()
        self.http.shutdown()
        self.http.server_close()
        self._thread.join()


@pytest.fixture
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture
def graph(server):
    with urllib3.PoolManager(retries=False, timeout=0.3) as http:
        yield GraphClient(url=server.url, version="v26.0", http=http)


def test_over_a_socket_a_message_is_accepted(server, graph):
    assert isinstance(graph.send("900", PAYLOAD, TOKEN), Accepted)
    assert [json.loads(body) for body in server.received] == [PAYLOAD]


@pytest.mark.parametrize("behaviour", ["hang up", "say nothing"])
def test_over_a_socket_a_lost_answer_is_ambiguous_and_not_repeated(server, graph, behaviour):
    server.behaviour = behaviour

    assert isinstance(graph.send("900", PAYLOAD, TOKEN), Ambiguous)
    assert len(server.received) == 1


def test_over_a_socket_a_closed_port_is_not_sent(server, graph):
    server.close()

    assert isinstance(graph.send("900", PAYLOAD, TOKEN), NotSent)
