"""The composition root: one Meta, started and stopped as a whole."""

import threading
from typing import Any, Self

from sandbox.clock import SandboxClock
from sandbox.config import SandboxConfig
from sandbox.control import Control
from sandbox.graph.service import Graph
from sandbox.state import State
from sandbox.web.app import App
from sandbox.web.control_routes import control_rules
from sandbox.web.graph_routes import GraphRoutes
from sandbox.web.server import Server
from sandbox.webhooks.delivery import HttpTransport, Workers
from sandbox.wire import Json


class Sandbox:
    """Stands in for graph.facebook.com and for Meta's webhook sender.

    `graph_url` is what a client takes for https://graph.facebook.com. What /sandbox/… does over
    HTTP, `control` does in Python; most methods here are short forms of it. `app` is the WSGI
    application, for those who need no server.
    """

    def __init__(
        self,
        config: SandboxConfig,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: SandboxClock | None = None,
    ) -> None:
        self.config = config
        self._http = HttpTransport(config.ca_bundle, config.webhook_timeout_seconds)
        self._state = State.fresh(config, clock)
        self._stopping = threading.Event()
        self._host, self._port = host, port
        self._server: Server | None = None
        self.control = Control(self._state, self._http)
        graph = GraphRoutes(
            Graph(self._state), config.access_token, dict(config.phone_number_ids), self._stopping
        )
        self.app = App([*graph.rules(), *control_rules(self.control)], self._state.ids)
        self._workers = Workers(
            self._state.outbox, self._http, lambda: self._state.webhook_url, config.app_secret
        )

    @property
    def graph_url(self) -> str:
        """With the port that was found free, once it is started."""
        return f"http://{self._host}:{self._port}"

    def start(self) -> Self:
        self._server = Server(self.app, self._host, self._port)
        self._port = self._server.port
        self._server.start()
        self._workers.start(self.config.webhook_workers)
        return self

    def stop(self) -> None:
        self._stopping.set()
        self._state.outbox.close()
        if self._server is not None:
            self._server.stop()
        self._workers.join()
        self._http.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def inbound(self, phone: str | None = None, **message: Any) -> str:
        """One message, for example `inbound("+4915112345678", text="Hello")`; returns its id."""
        short = message if phone is None else {"from": phone, **message}
        return str(self.control.inbound(short, self.graph_url)["messages"][0])

    def accepted(self) -> list[Json]:
        return list(self.control.accepted()["accepted"])

    def fault(self, kind: str, **options: Any) -> None:
        self.control.add_faults({"kind": kind, **options})

    def advance(self, seconds: float) -> None:
        self.control.clock({"advance_seconds": seconds})

    def settle(self, timeout_seconds: float = 10) -> bool:
        """Wait until every webhook that is due has been tried."""
        return bool(self.control.settle({"timeout_seconds": timeout_seconds})["settled"])

    def webhooks(self) -> list[Json]:
        return list(self.control.webhooks()["webhooks"])
