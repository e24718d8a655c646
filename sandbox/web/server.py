"""A threaded HTTP server that writes nothing about the requests it serves."""

import threading
from typing import TYPE_CHECKING

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_POLL_SECONDS = 0.05


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: paths and queries can name people."""

    def connection_dropped(
        self,
        error: BaseException,  # noqa: ARG002  # werkzeug's signature
        environ: "WSGIEnvironment | None" = None,  # noqa: ARG002  # werkzeug's signature
    ) -> None:
        """Also what a cut connection comes to: do not wait for another request on it."""
        self.close_connection = True


class Server:
    def __init__(self, app: "WSGIApplication", host: str, port: int) -> None:
        self._server = ThreadedWSGIServer(host, port, app, handler=_QuietHandler)
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)
        self.host = host
        self.port = self._server.port

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=_POLL_SECONDS)
