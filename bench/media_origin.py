"""Meta's files and S3 in one small server, so that the measured process holds neither.

Files are made while they are sent; of objects only the sealed bytes are kept, to be read again.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

_HEAD = b"%PDF-1.7\n"
_BLOCK = bytes(range(256)) * 256
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def pieces(size: int) -> Iterator[bytes]:
    """A file of so many bytes that begins as a PDF does."""
    yield _HEAD
    left = size - len(_HEAD)
    while left > 0:
        yield _BLOCK[: min(left, len(_BLOCK))]
        left -= len(_BLOCK)


def sha256(size: int) -> str:
    digest = hashlib.sha256()
    for piece in pieces(size):
        digest.update(piece)
    return digest.hexdigest()


@contextmanager
def running() -> Iterator[str]:
    """The address under which both are."""
    server = _Origin(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Origin(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type] # the two of every HTTP server
        self.objects: dict[str, bytearray] = {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Origin

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/v26.0/"):
            size = int(path.rpartition("/")[2])
            told = {"mime_type": "application/pdf", "sha256": sha256(size), "file_size": size}
            address = f"http://{self.headers['Host']}/file/{size}"
            self._answer(json.dumps({**told, "url": address}).encode())
        elif path.startswith("/file/"):
            size = int(path.rpartition("/")[2])
            self._begin(200, size)
            for piece in pieces(size):
                self.wfile.write(piece)
        else:
            self._range(self.server.objects[path])

    def do_PUT(self) -> None:
        """A whole object, or a part of one; parts come in order here."""
        place = urlsplit(self.path)
        body = self._body()
        if "partNumber" in place.query:
            self.server.objects[place.path] += body
        else:
            self.server.objects[place.path] = bytearray(body)
        self._answer(b"", ETag='"1"')

    def do_POST(self) -> None:
        place = urlsplit(self.path)
        self._body()
        if "uploadId" in parse_qs(place.query):
            answer = _xml("CompleteMultipartUploadResult", "<ETag>1</ETag>")
        else:
            self.server.objects[place.path] = bytearray()
            answer = _xml("InitiateMultipartUploadResult", "<UploadId>1</UploadId>")
        self._answer(answer)

    def _range(self, stored: bytearray) -> None:
        match = _RANGE.fullmatch(self.headers["Range"])
        assert match is not None
        first, last = int(match[1]), int(match[2] or len(stored) - 1)
        self._begin(206, len(stored[first : last + 1]))
        self.wfile.write(memoryview(stored)[first : last + 1])

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return found

    def _answer(self, body: bytes, **headers: str) -> None:
        self._begin(200, len(body), **headers)
        self.wfile.write(body)

    def _begin(self, status: int, size: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(size))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _xml(name: str, inside: str) -> bytes:
    return f"<{name}>{inside}</{name}>".encode()
