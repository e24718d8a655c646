"""Graph, as far as the cost section needs it: every send is accepted, after no time at all."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

from bench import bodies


class GraphStandIn:
    def __init__(self, server: "_Server", thread: Thread) -> None:
        self._server = server
        self._thread = thread
        self.url = f"http://127.0.0.1:{server.server_port}"

    @property
    def sent(self) -> list[dict[str, Any]]:
        return self._server.sent

    def wamid_of(self, message_id: str) -> str:
        """Under which id Graph accepted a message of ours."""
        ids = [payload["biz_opaque_callback_data"] for payload in self.sent]
        return _wamid(ids.index(message_id) + 1)

    @property
    def request_bytes(self) -> int:
        return self._server.request_bytes

    def cpu_seconds(self) -> float:
        """Not the functions': to be taken off what the whole process used."""
        if self._thread.ident is None:
            return 0.0
        return time.clock_gettime(time.pthread_getcpuclockid(self._thread.ident))


@contextmanager
def running() -> Iterator[GraphStandIn]:
    server = _Server(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield GraphStandIn(server, thread)
    finally:
        server.shutdown()
        server.server_close()


def _wamid(number: int) -> str:
    """Of the message that was sent as number so many."""
    return bodies.wamid(10**9 + number)


class _Server(HTTPServer):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.sent: list[dict[str, Any]] = []
        self.request_bytes = 0


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.request_bytes += len(body) + len(bytes(self.headers)) + len(self.requestline)
        payload = json.loads(body)
        self.server.sent.append(payload)
        message = {"id": _wamid(len(self.server.sent)), "message_status": "accepted"}
        contact = {"input": payload.get("to", ""), "wa_id": payload.get("to", "").lstrip("+")}
        answer = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Not to the screen."""
